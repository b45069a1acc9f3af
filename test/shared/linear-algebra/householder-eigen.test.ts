import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { householderEigen } from '../../../shared/linear-algebra/householder-eigen.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { identity, largestDifference, matrixOf, product, randomSymmetric, transpose } from './matrices.ts';

/** A V = V diag(values), V^T V = I, the values in descending order: the definition, to `precision`. */
function expectEigen(matrix: Float64Array, order: number, precision: number): Float64Array {
  const before = matrix.slice();
  const { values, vectors } = householderEigen(matrix, order);
  expect(matrix).toEqual(before);
  const scaled = vectors.map((value, at) => value * values[at % order]!);
  expect(largestDifference(product(matrix, vectors, order), scaled)).toBeLessThan(precision);
  expect(largestDifference(product(transpose(vectors, order), vectors, order), identity(order))).toBeLessThan(1e-12);
  expect([...values]).toEqual([...values].toSorted((a, b) => b - a));
  return values;
}

describe('householderEigen', () => {
  it.each([1, 2, 3, 4, 5, 16, 41, 90])('finds all eigenvectors of a random matrix of order %d', order => {
    const matrix = randomSymmetric(order);
    const values = expectEigen(matrix, order, 1e-11);
    expect(largestDifference(values, symmetricEigen(matrix, order).values)).toBeLessThan(1e-11);
  });

  it('turns the eigenvectors of a matrix of order 300 in more than one go', () => {
    expectEigen(randomSymmetric(300), 300, 1e-10);
  });

  it('agrees with the closed form of the second difference, which is tridiagonal from the start', () => {
    const order = 25;
    const values = expectEigen(
      matrixOf(order, (row, column) => [2, -1][Math.abs(row - column)] ?? 0),
      order,
      1e-13,
    );
    const expected = Array.from({ length: order }, (_, k) => 2 + 2 * Math.cos(((k + 1) * Math.PI) / (order + 1)));
    expect(largestDifference(values, expected)).toBeLessThan(1e-13);
  });

  it.each([
    ['a block that is apart', 6, (row: number, column: number) => (row < 2 === column < 2 ? 1 + row * column : 0)],
    ['one eigenvalue many times over', 9, (row: number, column: number) => (row === column ? 3 : 1)],
    ['a zero matrix', 4, () => 0],
    ['the identity', 5, (row: number, column: number) => Number(row === column)],
    ['only an antidiagonal', 6, (row: number, column: number) => Number(row + column === 5) * (row + column)],
    ['a first row that is all', 7, (row: number, column: number) => Number(row === 0 || column === 0)],
    ['values of 16 sizes', 16, (row: number, column: number) => Math.PI * 10 ** -(row + column)],
  ])('copes with %s', (_, order, element) => {
    expectEigen(matrixOf(order, element), order, 1e-12);
  });

  it.each([1e-100, 1e100])('keeps its precision at a scale of %d', scale => {
    const matrix = randomSymmetric(9).map(value => value * scale);
    expectEigen(matrix, 9, 1e-12 * scale);
  });

  it('gives up on numbers that are not finite', () => {
    const matrix = randomSymmetric(5);
    matrix[7] = Number.NaN;
    matrix[11] = Number.NaN;
    expect(() => householderEigen(matrix, 5)).toThrow(NumericalError);
  });
});
