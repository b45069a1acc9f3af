import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { dot, factorSpd, solveFactored, solveRidge, solveSpd } from '../../../shared/linear-algebra/cholesky.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import {
  gaussianSolve,
  largestDifference,
  matrixOf,
  outer,
  randomNumbers,
  randomSpd,
  randomSymmetric,
} from './matrices.ts';

const ORDERS = [1, 2, 3, 4, 5, 8, 17, 40];

describe('factorSpd', () => {
  it.each(ORDERS)('gives L with L L^T = A, order %d', order => {
    const matrix = randomSpd(order);
    const factor = matrix.slice();
    expect(factorSpd(factor, order)).toBe(true);
    const lower = matrixOf(order, (row, column) => (column <= row ? factor[row * order + column]! : 0));
    expect(largestDifference(outer(lower, order), matrix)).toBeLessThan(1e-11);
  });

  it('neither reads nor writes above the diagonal', () => {
    const whole = randomSpd(9);
    const lower = whole.map((value, at) => (at % 9 > Math.floor(at / 9) ? Number.NaN : value));
    expect(factorSpd(whole, 9)).toBe(true);
    expect(factorSpd(lower, 9)).toBe(true);
    expect(lower.map(value => (Number.isNaN(value) ? 0 : value))).toEqual(
      whole.map((value, at) => (at % 9 > Math.floor(at / 9) ? 0 : value)),
    );
    expect(lower.filter(Number.isNaN).length).toBe(36);
  });

  it.each([
    ['indefinite', (row: number, column: number) => (row === column ? 1 : 2)],
    ['singular', (row: number, column: number) => (row + 1) * (column + 1)],
    ['zero', () => 0],
    ['negative', (row: number, column: number) => (row === column ? -1 : 0)],
    ['indefinite in the last row', (row: number, column: number) => (row === column ? 4.5 - row : 0)],
    ['not a number', () => Number.NaN],
    ['infinite', () => Number.POSITIVE_INFINITY],
  ])('refuses a matrix that is %s', (_, element) => {
    expect(factorSpd(matrixOf(6, element), 6)).toBe(false);
    expect(() => solveSpd(matrixOf(6, element), 6, new Float64Array(6).fill(1))).toThrow(NumericalError);
  });
});

describe('solving by Cholesky factors', () => {
  it.each(ORDERS)('agrees with Gaussian elimination, order %d', order => {
    const matrix = randomSpd(order);
    for (const which of [1, 2, 3]) {
      const right = randomNumbers(order, 'right', order, which);
      const expected = gaussianSolve(matrix, order, right);
      const solution = right.slice();
      solveSpd(matrix.slice(), order, solution);
      expect(largestDifference(solution, expected)).toBeLessThan(1e-9);
      const [factor, again] = [matrix.slice(), right.slice()];
      factorSpd(factor, order);
      solveFactored(factor, order, again);
      expect(again).toEqual(solution);
    }
  });
});

describe('solveRidge', () => {
  const withRidge = (matrix: Float64Array, order: number, ridge: number) =>
    matrix.map((value, at) => value + (at % (order + 1) === 0 ? ridge : 0));

  it.each(ORDERS)('adds the ridge and no more to a positive definite matrix, order %d', order => {
    const matrix = randomSpd(order);
    const [before, right] = [matrix.slice(), randomNumbers(order, 'ridge', order)];
    const solution = right.slice();
    solveRidge(matrix, order, solution, Math.E);
    expect(largestDifference(solution, gaussianSolve(withRidge(matrix, order, Math.E), order, right))).toBeLessThan(
      1e-9,
    );
    expect(matrix).toEqual(before);
  });

  it.each([1e-9, 0.3, 1e9])('doubles the ridge until an indefinite matrix times %d is positive definite', scale => {
    for (const order of [2, 3, 7, 12]) {
      const matrix = randomSymmetric(order, 'indefinite').map(value => value * scale);
      const right = randomNumbers(order, 'ridge', order);
      let ridge = 0.01;
      while (symmetricEigen(withRidge(matrix, order, ridge), order).values.at(-1)! <= 0) ridge *= 2;
      const solution = right.slice();
      solveRidge(matrix, order, solution, 0.01);
      const left = withRidge(matrix, order, ridge);
      const residual = right.map((value, row) => {
        return solution.reduce((rest, x, column) => rest - left[row * order + column]! * x, value);
      });
      expect(Math.max(...residual.map(Math.abs))).toBeLessThan(1e-9);
    }
  });

  it('refuses what is not finite', () => {
    const matrix = matrixOf(3, () => Number.NaN);
    expect(() => solveRidge(matrix, 3, new Float64Array(3), 1)).toThrow(NumericalError);
  });
});

describe('dot', () => {
  it.each([0, 1, 3, 4, 5, 8, 11])('multiplies runs of length %d', length => {
    const values = randomNumbers(40, 'dot');
    let expected = 0;
    for (let k = 0; k < length; k++) expected += values[3 + k]! * values[20 + k]!;
    expect(dot(values, 3, 20, length)).toBeCloseTo(expected, 12);
  });
});
