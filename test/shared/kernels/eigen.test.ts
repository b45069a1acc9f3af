import { describe, expect, it } from 'vitest';
import {
  identity,
  largestDifference,
  matrixOf,
  product,
  randomNumbers,
  randomSymmetric,
} from '../linear-algebra/matrices.ts';
import { onBoth } from './both.ts';

const COLUMNS = 8;

/** a a^T + b b^T and the like: the outer product of two vectors. */
function outerProduct(a: Float64Array, b: Float64Array): Float64Array {
  return matrixOf(a.length, (row, column) => a[row]! * b[column]!);
}

describe('reflectSymmetric', () => {
  it.each([
    [1, 0],
    [2, 1],
    [5, 0],
    [6, 2],
    [11, 3],
    [12, 12],
  ])('of order %i takes two outer products off and multiplies, from row %i on', (order, from) => {
    const before = randomSymmetric(order);
    const [v, w, x] = ['v', 'w', 'x'].map(name => randomNumbers(order, name));
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const [matrix, y] = [place(before), place(new Float64Array(order).fill(7))];
      kernels.reflectSymmetric(matrix, order, from, place(v!), place(w!), place(x!), y);
      return { matrix: read(matrix, before), y: read(y, v!) };
    });
    expect(found).toEqual(twin);
    const [vw, wv] = [outerProduct(v!, w!), outerProduct(w!, v!)];
    const after = before.map((value, at) => {
      const [row, column] = [Math.floor(at / order), at % order];
      return row >= from && column >= from ? value - vw[at]! - wv[at]! : value;
    });
    const upper = (matrix: Float64Array) => matrix.filter((_, at) => at % order >= Math.floor(at / order));
    expect(largestDifference(upper(found.matrix), upper(after))).toBeLessThan(1e-13);
    const tail = x!.map((value, k) => (k < from ? 0 : value));
    const expected = product(after, tail, order).map((value, k) => (k < from ? 7 : value));
    expect(largestDifference(found.y, expected)).toBeLessThan(1e-12);
  });
});

describe('reflectPanel', () => {
  it.each([3, 4, 9, 10])('of %i rows multiplies by the reflections one by one', order => {
    const vectors = randomNumbers(order * order, 'reflectors');
    const betas = Float64Array.from({ length: order }, (_, k) => (k === 1 ? 0 : Math.PI / (k + 3)));
    const before = randomNumbers(order * COLUMNS, 'panel');
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const panel = place(before);
      kernels.reflectPanel(panel, order, place(vectors), place(betas));
      return read(panel, before);
    });
    expect(found).toEqual(twin);
    let expected = before;
    for (let k = 0; k + 2 < order; k++) {
      const v = Float64Array.from({ length: order }, (_, j) => (j > k ? vectors[k * order + j]! : 0));
      const reflection = identity(order).map((value, at) => value - betas[k]! * outerProduct(v, v)[at]!);
      expected = product(reflection, expected, order);
    }
    expect(largestDifference(found, expected)).toBeLessThan(1e-9 * Math.max(...expected.map(Math.abs)));
  });
});

describe('rotatePanel', () => {
  it.each([
    [0, 0],
    [0, 1],
    [2, 3],
    [1, 6],
  ])('turns rows from %i on by %i rotations, each with what the one before left', (first, count) => {
    const order = first + count + 2;
    const angles = randomNumbers(count, 'angles');
    const rotations = Float64Array.from([...angles].flatMap(angle => [Math.cos(angle), Math.sin(angle)]));
    const before = randomNumbers(order * COLUMNS, 'panel');
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const panel = place(before);
      kernels.rotatePanel(panel, first, place(rotations), count);
      return read(panel, before);
    });
    expect(found).toEqual(twin);
    let expected = before;
    for (const [r, angle] of angles.entries()) {
      const k = first + r;
      const rotation = identity(order);
      rotation[k * order + k] = rotation[(k + 1) * order + k + 1] = Math.cos(angle);
      rotation[k * order + k + 1] = Math.sin(angle);
      rotation[(k + 1) * order + k] = -Math.sin(angle);
      expected = product(rotation, expected, order);
    }
    expect(largestDifference(found, expected)).toBeLessThan(1e-13);
  });
});
