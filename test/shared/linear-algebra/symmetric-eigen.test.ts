import { describe, expect, it } from 'vitest';
import { type Eigen, symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { identity, largestDifference, matrixOf, outer, product, randomSymmetric, transpose } from './matrices.ts';

/** A V = V diag(values), V^T V = I, the values in descending order: the definition, to `precision`. */
function expectEigen(matrix: Float64Array, order: number, { values, vectors }: Eigen, precision: number): void {
  const scaled = vectors.map((value, at) => value * values[at % order]!);
  expect(largestDifference(product(matrix, vectors, order), scaled)).toBeLessThan(precision);
  expect(largestDifference(product(transpose(vectors, order), vectors, order), identity(order))).toBeLessThan(1e-12);
  expect([...values]).toEqual([...values].toSorted((a, b) => b - a));
}

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 5, 16, 40, 80])('finds all eigenvectors of a random matrix of order %d', order => {
    const matrix = randomSymmetric(order);
    const before = matrix.slice();
    expectEigen(matrix, order, symmetricEigen(matrix, order), 1e-11);
    expect(matrix).toEqual(before);
  });

  it('agrees with the closed form of the second difference', () => {
    const order = 25;
    const eigen = symmetricEigen(
      matrixOf(order, (row, column) => [2, -1][Math.abs(row - column)] ?? 0),
      order,
    );
    const expected = Array.from({ length: order }, (_, k) => 2 + 2 * Math.cos(((k + 1) * Math.PI) / (order + 1)));
    expect(largestDifference(eigen.values, expected)).toBeLessThan(1e-13);
  });

  it('spans the whole eigenspace of an eigenvalue that repeats', () => {
    const order = 12;
    const basis = symmetricEigen(randomSymmetric(order, 'basis'), order).vectors;
    const wanted = [7, 7, 7, 7, Math.PI, Math.PI, 0, 0, 0, -2, -2, -2];
    const part = (from: number, to: number) => basis.filter((_, at) => at % order >= from && at % order < to);
    const matrix = product(
      basis.map((value, at) => value * wanted[at % order]!),
      transpose(basis, order),
      order,
    );
    const eigen = symmetricEigen(matrix, order);
    expectEigen(matrix, order, eigen, 1e-12);
    expect(largestDifference(eigen.values, wanted)).toBeLessThan(1e-12);
    const sevens = eigen.vectors.filter((_, at) => at % order < 4);
    expect(largestDifference(outer(sevens, 4), outer(part(0, 4), 4))).toBeLessThan(1e-12);
  });

  it.each([
    ['diagonal', [3, -1, 0, 8, 3]],
    ['of order 1', [-Math.E]],
    ['zero', [0, 0, 0]],
    ['the identity', [1, 1, 1, 1]],
  ])('sorts the diagonal of a matrix that is %s, exactly', (_, diagonal) => {
    const order = diagonal.length;
    const matrix = matrixOf(order, (row, column) => (row === column ? diagonal[row]! : 0));
    const eigen = symmetricEigen(matrix, order);
    expect([...eigen.values]).toEqual(diagonal.toSorted((a, b) => b - a));
    expectEigen(matrix, order, eigen, Number.MIN_VALUE);
  });

  it.each([1e-150, 1e150])('keeps its precision at a scale of %d', scale => {
    const matrix = randomSymmetric(9).map(value => value * scale);
    expectEigen(matrix, 9, symmetricEigen(matrix, 9), 1e-12 * scale);
  });

  it('reads the upper triangle only', () => {
    const whole = randomSymmetric(7);
    const upper = whole.map((value, at) => (at % 7 < Math.floor(at / 7) ? Number.NaN : value));
    expect(symmetricEigen(upper, 7)).toEqual(symmetricEigen(whole, 7));
  });
});
