import { describe, expect, it } from 'vitest';
import * as squares from '../../../shared/linear-algebra/square-product.ts';
import { largestDifference, product, randomNumbers, transpose } from './matrices.ts';

describe.each([1, 2, 3, 4, 5, 7, 8, 18, 65, 131])('square matrices of order %d', order => {
  const a = randomNumbers(order * order, 'left', order);
  const b = randomNumbers(order * order, 'right', order);

  it('are multiplied', () => {
    expect(largestDifference(squares.squareProduct(a, b, order), product(a, b, order))).toBeLessThan(1e-12 * order);
  });

  it('are multiplied by half where the product is symmetric', () => {
    const transposed = transpose(a, order);
    const found = squares.symmetricProduct(a, transposed, order);
    expect(largestDifference(found, product(a, transposed, order))).toBeLessThan(1e-12 * order);
  });

  it('are transposed', () => {
    expect(squares.transpose(a, order)).toEqual(transpose(a, order));
  });
});
