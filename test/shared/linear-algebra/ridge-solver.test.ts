import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { Heap } from '../../../shared/kernels/heap.ts';
import { wasmKernels } from '../../../shared/kernels/kernels.ts';
import { RidgeSolver } from '../../../shared/linear-algebra/ridge-solver.ts';
import { placeRows, strideOf } from '../../../shared/linear-algebra/stride.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { gaussianSolve, largestDifference, matrixOf, randomNumbers, randomSpd, randomSymmetric } from './matrices.ts';

const heap = new Heap(wasmKernels());
/** One for all, so that each system finds what the one before left. */
const solver = new RidgeSolver(40, heap);

function solve(matrix: Float64Array, order: number, right: Float64Array, ridge: number): Float64Array {
  const elements = heap.float64(solver.matrix, order * strideOf(order));
  placeRows(matrix, order, elements);
  const before = elements.slice();
  heap.float64(solver.vector, order).set(right);
  solver.solve(order, ridge);
  expect(elements).toEqual(before);
  return heap.float64(solver.vector, order).slice();
}

const withRidge = (matrix: Float64Array, order: number, ridge: number) =>
  matrix.map((value, at) => value + (at % (order + 1) === 0 ? ridge : 0));

describe('a ridge solver', () => {
  it.each([17, 1, 2, 3, 4, 5, 8, 40, 7])(
    'adds the ridge and no more to a positive definite matrix, order %d',
    order => {
      const matrix = randomSpd(order);
      for (const which of [1, 2]) {
        const right = randomNumbers(order, 'ridge', order, which);
        const expected = gaussianSolve(withRidge(matrix, order, Math.E), order, right);
        expect(largestDifference(solve(matrix, order, right, Math.E), expected)).toBeLessThan(1e-9);
      }
    },
  );

  it.each([1e-9, 0.3, 1e9])('doubles the ridge until an indefinite matrix times %d is positive definite', scale => {
    for (const order of [2, 3, 7, 12]) {
      const matrix = randomSymmetric(order, 'indefinite').map(value => value * scale);
      const right = randomNumbers(order, 'ridge', order);
      let ridge = 0.01;
      while (symmetricEigen(withRidge(matrix, order, ridge), order).values.at(-1)! <= 0) ridge *= 2;
      const solution = solve(matrix, order, right, 0.01);
      const left = withRidge(matrix, order, ridge);
      const residual = right.map((value, row) => {
        return solution.reduce((rest, x, column) => rest - left[row * order + column]! * x, value);
      });
      expect(Math.max(...residual.map(Math.abs))).toBeLessThan(1e-9);
    }
  });

  it('refuses what is not finite', () => {
    const matrix = matrixOf(3, () => Number.NaN);
    expect(() => solve(matrix, 3, new Float64Array(3), 1)).toThrow(NumericalError);
  });
});
