import { describe, expect, it } from 'vitest';
import { largestDifference, product, randomNumbers, transpose } from '../linear-algebra/matrices.ts';
import { onBoth } from './both.ts';

const BLOCK = 64;

/** A row-major matrix as a block, by the definition. */
function blockOf(matrix: Float64Array): Float64Array {
  const block = new Float64Array(BLOCK * BLOCK);
  for (let r = 0; r < BLOCK; r++) for (let c = 0; c < BLOCK; c++) block[placeOf(r, c)] = matrix[r * BLOCK + c]!;
  return block;
}

function matrixOf(block: Float64Array): Float64Array {
  return block.map((_, at) => block[placeOf(Math.floor(at / BLOCK), at % BLOCK)]!);
}

function placeOf(row: number, column: number): number {
  return (row - (row % 4)) * BLOCK + 4 * column + (row % 4);
}

describe('addProduct', () => {
  it.each([1, -1, 1 / 3])('adds %d times a product', sign => {
    const [left, right, before] = ['left', 'right', 'before'].map(name => randomNumbers(BLOCK * BLOCK, name));
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const [target, a, b] = [before, left, right].map(matrix => place(blockOf(matrix!)));
      kernels.addProduct(target!, a!, b!, sign);
      return matrixOf(read(target!, before!));
    });
    expect(found).toEqual(twin);
    const sums = product(left!, transpose(right!, BLOCK), BLOCK);
    const expected = before!.map((value, at) => value + sign * sums[at]!);
    expect(largestDifference(found, expected)).toBeLessThan(1e-12);
  });
});

describe('solveRows', () => {
  it('undoes a product with a lower triangle, whatever is above it', () => {
    const lower = randomNumbers(BLOCK * BLOCK, 'lower').map((value, at) =>
      at % (BLOCK + 1) === 0 ? 3 + value ** 2 : value / 8,
    );
    const right = randomNumbers(BLOCK * BLOCK, 'right');
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const block = place(blockOf(right));
      kernels.solveRows(block, place(lower));
      return matrixOf(read(block, right));
    });
    expect(found).toEqual(twin);
    const triangle = lower.map((value, at) => (at % BLOCK > Math.floor(at / BLOCK) ? 0 : value));
    expect(largestDifference(product(found, transpose(triangle, BLOCK), BLOCK), right)).toBeLessThan(1e-12);
  });
});

describe('addWeightedRows', () => {
  it.each([0, 1, 3, 4, 6, 9])('adds %i rows with their weights', count => {
    const matrix = Float32Array.from(randomNumbers(6 * 12, 'matrix'));
    const before = Float32Array.from(randomNumbers(12, 'vector'));
    const rows = Int32Array.from({ length: count }, (_, n) => (5 * n) % 6);
    const weights = Float32Array.from(randomNumbers(count, 'weights'));
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const [table, chosen, scales, vector] = [matrix, rows, weights, before].map(place);
      kernels.addWeightedRows(table!, 12, chosen!, scales!, count, vector!);
      return read(vector!, before);
    });
    expect(found).toEqual(twin);
    const expected = before.map((value, k) =>
      rows.reduce((sum, row, n) => sum + weights[n]! * matrix[row * 12 + k]!, value),
    );
    expect(largestDifference(found, expected)).toBeLessThan(1e-5);
  });
});
