import { describe, expect, it } from 'vitest';
import { innerProduct, multiplyRight, orthonormalise, scaleColumns } from '../../../shared/linear-algebra/tall.ts';
import { identity, largestDifference, outer, product, randomNumbers, transpose } from './matrices.ts';

const ROWS = 23;
const COLUMNS = 5;
const a = randomNumbers(ROWS * COLUMNS, 'tall', 'a');
const b = randomNumbers(ROWS * COLUMNS, 'tall', 'b');
const small = randomNumbers(COLUMNS * COLUMNS, 'tall', 'small');

describe('products of tall matrices', () => {
  it('innerProduct is A^T B', () => {
    const expected = product(transpose(a, COLUMNS), b, ROWS);
    expect(largestDifference(innerProduct(a, b, COLUMNS), expected)).toBeLessThan(1e-12);
  });

  it('multiplyRight is A R', () => {
    expect(largestDifference(multiplyRight(a, small, COLUMNS), product(a, small, COLUMNS))).toBeLessThan(1e-12);
  });

  it('scaleColumns multiplies each column in place', () => {
    const scaled = a.slice();
    scaleColumns(scaled, COLUMNS, column => Math.SQRT2 - column);
    expect(scaled).toEqual(a.map((value, at) => value * (Math.SQRT2 - (at % COLUMNS))));
  });
});

/** The projection on the column space, by Gram and Schmidt: columns that depend on those before are left out. */
function projection(tall: Float64Array, columns: number): Float64Array {
  const basis: number[][] = [];
  for (let k = 0; k < columns; k++) {
    const column = Array.from(tall.filter((_, at) => at % columns === k));
    const size = Math.hypot(...column);
    let rest = column;
    for (const vector of [...basis, ...basis]) {
      const along = rest.reduce((sum, value, row) => sum + value * vector[row]!, 0);
      rest = rest.map((value, row) => value - along * vector[row]!);
    }
    const left = Math.hypot(...rest);
    if (left > 1e-9 * size) basis.push(rest.map(value => value / left));
  }
  const rows = tall.length / columns;
  return Float64Array.from({ length: rows * rows }, (_, at) =>
    basis.reduce((sum, vector) => sum + vector[Math.floor(at / rows)]! * vector[at % rows]!, 0),
  );
}

describe('orthonormalise', () => {
  /** Columns of very different lengths, and nearly parallel ones. */
  const skewed = a.map((value, at) => [1, 1e-3, 30, 1, 1][at % COLUMNS]! * (value + (at % COLUMNS > 2 ? 50 : 0)));

  it.each([
    ['random', a],
    ['skewed', skewed],
  ])('gives orthonormal columns of the same span: %s', (_, tall) => {
    const before = tall.slice();
    const basis = orthonormalise(tall, COLUMNS);
    expect(largestDifference(product(transpose(basis, COLUMNS), basis, ROWS), identity(COLUMNS))).toBeLessThan(1e-12);
    expect(largestDifference(outer(basis, COLUMNS), projection(tall, COLUMNS))).toBeLessThan(1e-9);
    expect(tall).toEqual(before);
  });

  it.each([
    ['a zero column', (at: number) => (at % COLUMNS === 2 ? 0 : a[at]!), 4],
    ['equal columns', (at: number) => (at % COLUMNS === 4 ? a[at - 1]! : a[at]!), 4],
    ['a sum of others', (at: number) => (at % COLUMNS === 2 ? a[at - 1]! - 3 * a[at + 1]! : a[at]!), 4],
    ['one direction', (at: number) => a[at - (at % COLUMNS)]! * ((at % COLUMNS) + 1), 1],
    ['nothing', () => 0, 0],
  ])('gives zeros for what depends on others: %s', (_, element, rank) => {
    const tall = a.map((_, at) => element(at));
    const basis = orthonormalise(tall, COLUMNS);
    const lengths = innerProduct(basis, basis, COLUMNS);
    const expected = identity(COLUMNS).map((one, at) => (at % COLUMNS < rank ? one : 0));
    expect(largestDifference(lengths, expected)).toBeLessThan(1e-12);
    expect(basis.every((value, at) => at % COLUMNS < rank || value === 0)).toBe(true);
    expect(largestDifference(outer(basis, COLUMNS), projection(tall, COLUMNS))).toBeLessThan(1e-9);
  });

  it('handles fewer rows than columns', () => {
    const basis = orthonormalise(randomNumbers(3 * COLUMNS, 'wide'), COLUMNS);
    expect(largestDifference(outer(basis, COLUMNS), identity(3))).toBeLessThan(1e-12);
  });
});
