import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

const SHAPES: readonly [rows: number, columns: number][] = [
  [0, 4],
  [1, 4],
  [3, 8],
  [63, 4],
  [64, 12],
  [130, 20],
];

describe.each(SHAPES)('tall matrices of %i rows and %i columns', (rows, columns) => {
  const random = seededRandom(5, 'tall kernels', rows, columns);
  const draw = (count: number) => Float64Array.from({ length: count }, () => random.normal() * 10 ** random.below(4));
  const [a, b, square, start] = [draw(rows * columns), draw(rows * columns), draw(columns ** 2), draw(columns ** 2)];

  it('have the inner product A^T B, which is added', () => {
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const product = place(start);
      kernels.tallInnerProduct(place(a), place(b), rows, columns, product);
      return read(product, start);
    });
    expect(found).toEqual(twin);
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++) {
        const products = Array.from({ length: rows }, (_, r) => a[r * columns + i]! * b[r * columns + j]!);
        const sum = products.reduce((total, value) => total + value, start[i * columns + j]!);
        const size = products.reduce((total, value) => total + Math.abs(value), Math.abs(start[i * columns + j]!));
        expect(Math.abs(found[i * columns + j]! - sum)).toBeLessThanOrEqual(1e-14 * size);
      }
    }
  });

  it('are multiplied by a square one in the order of its rows', () => {
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const product = place(a);
      kernels.tallTimesSquare(place(a), place(square), rows, columns, product);
      return read(product, a);
    });
    expect(found).toEqual(twin);
    const expected = a.map((_, at) => {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += a[at - (at % columns) + i]! * square[i * columns + (at % columns)]!;
      return sum;
    });
    expect(found).toEqual(expected);
  });
});
