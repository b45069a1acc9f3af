import { expect, it } from 'vitest';
import { packedIndex, packedLength, unpack } from '../../../shared/linear-algebra/packed.ts';
import { matrixOf, randomSymmetric } from './matrices.ts';

it.each([0, 1, 2, 3, 10, 57])('numbers the upper triangle of order %d without gap or repeat, row by row', order => {
  const indices: number[] = [];
  for (let row = 0; row < order; row++) {
    for (let column = row; column < order; column++) indices.push(packedIndex(order, row, column));
  }
  expect(indices).toEqual([...Array(packedLength(order)).keys()]);
});

it.each([0, 1, 2, 5, 12])('unpack gives back the symmetric matrix of order %d', order => {
  const matrix = randomSymmetric(order);
  const packed = new Float64Array(packedLength(order));
  matrixOf(order, (row, column) => {
    if (row <= column) packed[packedIndex(order, row, column)] = matrix[row * order + column]!;
    return 0;
  });
  expect(unpack(packed, order)).toEqual(matrix);
});

it('stays exact for the largest catalogue of pairs', () => {
  expect(packedIndex(12_500, 12_499, 12_499)).toBe(packedLength(12_500) - 1);
});
