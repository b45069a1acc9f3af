import type { IdTable } from './id-table.ts';

/** A row of a table while it is being visited: the same object serves the next row. */
export interface Row {
  /** The line on which the row begins, from 1, the header counted. */
  readonly line: number;
  /** How many fields it has. */
  readonly count: number;
  /** Why the row cannot be told apart into fields; it has none then. */
  readonly problem: string | undefined;
  /** The field as written, quotes undone; '' where there is none. */
  text(field: number): string;
  /** The field as a decimal number, blanks around it ignored; NaN if it is none. */
  number(field: number): number;
  /** How many bytes the field has, blanks around it not counted. */
  size(field: number): number;
  /** The number of the field, blanks around it not counted, among `ids`. */
  id(field: number, ids: IdTable): number;
}

export type RowVisitor = (row: Row) => void;

/** A decimal number as people and programs write it; NaN for anything else, such as '', '0x10' or 'Infinity'. */
export function parseNumber(text: string): number {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : Number.NaN;
}
