import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

/** Beside the order of the matrix, which need not be a multiple of anything. */
const PADDING = 3;

/** A A^T + I in the lower triangle, canaries elsewhere. */
function positiveDefinite(order: number): Float64Array {
  const random = seededRandom(11, 'cholesky kernels', order);
  const stride = order + PADDING;
  const root = Float64Array.from({ length: order * order }, () => random.normal());
  const matrix = new Float64Array(stride * order).fill(Math.E);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < order; k++) sum += root[i * order + k]! * root[j * order + k]!;
      matrix[i * stride + j] = sum;
    }
  }
  return matrix;
}

describe('choleskySolve', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 33, 66])('of order %i solves, and gives the same bits in its twin', order => {
    const stride = order + PADDING;
    const before = positiveDefinite(order);
    const random = seededRandom(12, order);
    const right = Float64Array.from({ length: order }, () => random.normal());
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const [matrix, vector] = [place(before), place(right)];
      expect(kernels.choleskySolve(matrix, order, stride, vector)).toBe(1);
      return { factor: read(matrix, before), solution: read(vector, right) };
    });
    expect(found).toEqual(twin);
    const { factor, solution } = found;
    for (let i = 0; i < order; i++) {
      let image = 0;
      for (let j = 0; j < order; j++) image += before[Math.max(i, j) * stride + Math.min(i, j)]! * solution[j]!;
      expect(image).toBeCloseTo(right[i]!, 8);
      for (let j = 0; j < stride; j++) {
        const at = i * stride + j;
        if (j > i) expect(factor[at]).toBe(before[at]);
        else {
          let product = 0;
          for (let k = 0; k <= j; k++) product += lower(factor, stride, i, k) * lower(factor, stride, j, k);
          expect(product).toBeCloseTo(before[at]!, 10);
        }
      }
    }
  });

  it.each([
    [1, 0, 0],
    [1, 0, Number.NaN],
    [6, 5, -1],
    [6, 2, Number.NaN],
    [9, 8, 0],
  ])('of order %i refuses pivot %i where the matrix has %f there', (order, pivot, value) => {
    const stride = order + PADDING;
    const before = positiveDefinite(order);
    before[pivot * (stride + 1)] = value;
    const right = new Float64Array(order).fill(Math.SQRT2);
    const answers = onBoth(({ kernels, place, read }) => {
      const vector = place(right);
      const answer = kernels.choleskySolve(place(before), order, stride, vector);
      expect(read(vector, right)).toEqual(right);
      return answer;
    });
    expect(answers).toEqual([0, 0]);
  });

  it('refuses a matrix that lacks a rank to working precision', () => {
    const order = 8;
    // Every element 1/3: rank 1, and rounding leaves no pivot that says so.
    const answers = onBoth(({ kernels, place }) => {
      const vector = place(new Float64Array(order).fill(1));
      return kernels.choleskySolve(place(new Float64Array(order * order).fill(1 / 3)), order, order, vector);
    });
    expect(answers).toEqual([0, 0]);
  });
});

/** L, whose diagonal is stored as reciprocals. */
function lower(factor: Float64Array, stride: number, row: number, column: number): number {
  const value = factor[row * stride + column]!;
  return row === column ? 1 / value : value;
}
