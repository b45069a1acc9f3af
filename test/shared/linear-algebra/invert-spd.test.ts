import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { invertSpd } from '../../../shared/linear-algebra/invert-spd.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

function matrixOf(order: number, element: (row: number, column: number) => number): Float64Array {
  return Float64Array.from({ length: order * order }, (_, at) => element(Math.floor(at / order), at % order));
}

/** X^T X + I / 10 for a random X, the condition number some thousands. */
function randomSpd(order: number): Float64Array {
  const random = seededRandom(1, 'spd', order);
  const x = matrixOf(order, () => random.normal());
  return matrixOf(order, (row, column) => {
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < order; k++) sum += x[k * order + row]! * x[k * order + column]!;
    return sum;
  });
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);
}

function product(a: Float64Array, b: Float64Array, order: number): Float64Array {
  return matrixOf(order, (row, column) => {
    let sum = 0;
    for (let k = 0; k < order; k++) sum += a[row * order + k]! * b[k * order + column]!;
    return sum;
  });
}

describe('invertSpd', () => {
  it.each([1, 2, 3, 4, 5, 31, 63, 64, 65, 66, 127, 128, 130, 195])('inverts a random matrix of order %d', order => {
    const matrix = randomSpd(order);
    const inverse = matrix.slice();
    invertSpd(inverse, order);
    const identity = matrixOf(order, (row, column) => (row === column ? 1 : 0));
    expect(largestDifference(product(matrix, inverse, order), identity)).toBeLessThan(1e-9);
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
