import { describe, expect, it } from 'vitest';
import { largestDifference, product, randomNumbers, transpose } from '../linear-algebra/matrices.ts';
import { onBoth } from './both.ts';

/** Row-major to tiles of four rows, by the definition. */
function tiled(matrix: Float64Array, rows: number, depth: number): Float64Array {
  const tiles = new Float64Array(rows * depth);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < depth; k++) tiles[(r - (r % 4)) * depth + 4 * k + (r % 4)] = matrix[r * depth + k]!;
  }
  return tiles;
}

describe('addProducts', () => {
  it.each([
    [4, 4, 0, 0],
    [4, 8, 1, 4],
    [8, 4, 3, 0],
    [12, 16, 7, 8],
    [20, 8, 64, 0],
  ])('adds the products of %i rows with %i, %i deep, with %i numbers to spare', (rows, columns, depth, spare) => {
    const left = randomNumbers(rows * depth, 'left');
    const right = randomNumbers(columns * depth, 'right');
    const before = randomNumbers(rows * (columns + spare), 'target');
    for (const sign of [1, -1]) {
      const [found, twin] = onBoth(({ kernels, place, read }) => {
        const [target, a, b] = [before, tiled(left, rows, depth), tiled(right, columns, depth)].map(place);
        kernels.addProducts(target!, columns + spare, rows, columns, a!, b!, depth, sign);
        return read(target!, before);
      });
      expect(found).toEqual(twin);
      const sums = depth > 0 ? product(left, transpose(right, depth), depth) : new Float64Array(rows * columns);
      const expected = before.map((value, at) => {
        const column = at % (columns + spare);
        return column < columns ? value + sign * sums[Math.floor(at / (columns + spare)) * columns + column]! : value;
      });
      expect(largestDifference(found, expected)).toBeLessThan(1e-12);
    }
  });
});

describe('solveTiles', () => {
  it.each([
    [8, 1],
    [8, 2],
    [16, 5],
    [24, 31],
  ])('undoes a product of %i rows with a lower triangle of order %i, whatever is above it', (rows, depth) => {
    const lower = randomNumbers(depth * depth, 'lower').map((value, at) =>
      at % (depth + 1) === 0 ? 3 + value ** 2 : value,
    );
    const right = randomNumbers(rows * depth, 'factor');
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const factor = place(tiled(right, rows, depth));
      kernels.solveTiles(factor, rows, depth, place(lower));
      return read(factor, right);
    });
    expect(found).toEqual(twin);
    const triangle = lower.map((value, at) => (at % depth > Math.floor(at / depth) ? 0 : value));
    const solution = right.map((_, at) => {
      const row = Math.floor(at / depth);
      return found[(row - (row % 4)) * depth + 4 * (at % depth) + (row % 4)]!;
    });
    expect(largestDifference(product(solution, transpose(triangle, depth), depth), right)).toBeLessThan(1e-9);
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
