import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { invertSpd } from '../../../shared/linear-algebra/invert-spd.ts';
import { identity, largestDifference, matrixOf, product, randomSpd } from './matrices.ts';

describe('invertSpd', () => {
  it.each([1, 2, 3, 4, 5, 31, 63, 64, 65, 66, 127, 128, 130, 195])('inverts a random matrix of order %d', order => {
    const matrix = randomSpd(order);
    const inverse = matrix.slice();
    invertSpd(inverse, order);
    expect(largestDifference(product(matrix, inverse, order), identity(order))).toBeLessThan(1e-9);
    expect(inverse).toEqual(matrixOf(order, (row, column) => inverse[column * order + row]!));
  });

  it.each([3, 64, 150, 333])('agrees with the closed form of the second difference of order %d', order => {
    const inverse = matrixOf(order, (row, column) => [2, -1][Math.abs(row - column)] ?? 0);
    invertSpd(inverse, order);
    const expected = matrixOf(
      order,
      (row, column) => ((Math.min(row, column) + 1) * (order - Math.max(row, column))) / (order + 1),
    );
    expect(largestDifference(inverse, expected)).toBeLessThan(1e-9);
  });

  it('agrees with the integers that invert the Hilbert matrix of order 4', () => {
    const inverse = matrixOf(4, (row, column) => 1 / (row + column + 1));
    invertSpd(inverse, 4);
    const expected = [16, -120, 240, -140, -120, 1200, -2700, 1680, 240, -2700, 6480, -4200, -140, 1680, -4200, 2800];
    expect(largestDifference(inverse, Float64Array.from(expected))).toBeLessThan(1e-8);
  });

  it('reads the upper triangle only', () => {
    const whole = randomSpd(70);
    const upper = whole.map((value, at) => (at % 70 < Math.floor(at / 70) ? Number.NaN : value));
    invertSpd(whole, 70);
    invertSpd(upper, 70);
    expect(upper).toEqual(whole);
  });

  it.each([
    ['indefinite', (row: number, column: number) => (row === column ? 1 : 2)],
    ['singular', () => 1 / 3],
    ['zero', () => 0],
    ['not a number', () => Number.NaN],
    ['infinite', () => Number.POSITIVE_INFINITY],
    ['negative', (row: number, column: number) => (row === column ? -1 : 0)],
  ])('refuses a matrix that is %s', (_, element) => {
    for (const order of [2, 70]) expect(() => invertSpd(matrixOf(order, element), order)).toThrow(NumericalError);
  });

  it('refuses a matrix that becomes indefinite in a later block', () => {
    expect(() =>
      invertSpd(
        matrixOf(150, (row, column) => (row === column ? 140 - row : 0)),
        150,
      ),
    ).toThrow(/pivot 140 of 150/);
  });
});
