import type { Row } from './row.ts';

const LONGEST_ID_BYTES = 256;
const LONGEST_QUOTE = 40;

/** What is wrong with the number of a row's fields, if anything is. */
export function widthProblem(row: Row, width: number): string | undefined {
  if (row.problem !== undefined) return row.problem;
  return row.count === width ? undefined : `${row.count} fields where ${width} belong`;
}

/** What is wrong with an id, if anything is. */
export function idProblem(row: Row, field: number, role: string): string | undefined {
  return row.size(field) === 0 ? `the ${role} is empty` : lengthProblem(row, field, role);
}

/** Says of an id, which may be left out, that it is too long. */
export function lengthProblem(row: Row, field: number, role: string): string | undefined {
  return row.size(field) > LONGEST_ID_BYTES ? `the ${role} is longer than ${LONGEST_ID_BYTES} bytes` : undefined;
}

/** Says that a field is not what belongs there. */
export function notA(row: Row, field: number, what: string): string {
  return `"${row.text(field).slice(0, LONGEST_QUOTE)}" is not ${what}`;
}
