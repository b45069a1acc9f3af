import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, toDense } from '../../../shared/aggregation/contribution.ts';
import { MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { NumericalError } from '../../../shared/errors.ts';
import { bound, gridStep, isBounded } from '../../../shared/privacy/bound.ts';

const vector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 40 });
const clipNorms = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

/** The exact squared norm on the grid. */
function squaredNorm(values: Int32Array): bigint {
  return values.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n);
}

describe('the sensitivity of the sum', () => {
  test('no vector whatever, added or removed, changes the sum by more than the clip norm, on the integers', () => {
    fc.assert(
      fc.property(vector, clipNorms, (values, clipNorm) => {
        const bounded = bound(dense(Float32Array.from(values)), clipNorm);
        // One rounding of the norm in doubles is all that can stand above: 2^-52 relative, squared.
        expect(squaredNorm(toDense(bounded)) <= BigInt(MAX_COORDINATE) ** 2n + 2n ** 12n).toBe(true);
        expect(isBounded(bounded)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test('is reached: a vector far beyond the norm comes out at the norm', () => {
    const bounded = bound(dense(Float32Array.of(3e8, -4e8)), Math.E);
    const [a, b] = toDense(bounded);
    expect(a! * gridStep(Math.E)).toBeCloseTo(0.6 * Math.E, 8);
    expect(b! * gridStep(Math.E)).toBeCloseTo(-0.8 * Math.E, 8);
  });
});

test('a vector within the norm is changed by less than a step a coordinate, toward zero', () => {
  fc.assert(
    fc.property(vector, values => {
      const exact = Float32Array.from(values);
      const clipNorm = 1.0001 * Math.hypot(...exact) + 1e-30;
      const step = gridStep(clipNorm);
      toDense(bound(dense(exact), clipNorm)).forEach((integer, k) => {
        expect(Math.abs(integer * step)).toBeLessThanOrEqual(Math.abs(exact[k]!) * (1 + 1e-12));
        expect(Math.abs(integer * step - exact[k]!)).toBeLessThanOrEqual(step * 1.000001);
      });
    }),
  );
});

test('one norm over all parts together', () => {
  const rows = Int32Array.of(0);
  const { parts } = bound(
    {
      length: 2,
      parts: [
        { offset: 0, width: 1, rows, values: Float32Array.of(30) },
        { offset: 1, width: 1, rows, values: Float32Array.of(40) },
      ],
    },
    Math.PI,
  );
  expect(parts[0]!.values[0]! / parts[1]!.values[0]!).toBeCloseTo(0.75, 8);
  expect(Math.hypot(parts[0]!.values[0]!, parts[1]!.values[0]!) / MAX_COORDINATE).toBeCloseTo(1, 8);
});

test('the bound does not depend on the representation', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const sparse = { length: 9, parts: [{ offset: 3, width: 2, rows: Int32Array.of(2, 0, 1), values }] };
  const whole = Float32Array.of(0, 0, 0, 3, 4, 5, 6, 1, 2);
  expect(toDense(bound(sparse, Math.SQRT2))).toEqual(toDense(bound(dense(whole), Math.SQRT2)));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is never sent', value => {
  expect(() => bound(dense(Float32Array.of(1, value, 2)), 1)).toThrow(NumericalError);
});

test('isBounded refuses a hair more than the norm', () => {
  expect(isBounded(dense(Int32Array.of(MAX_COORDINATE)))).toBe(true);
  expect(isBounded(dense(Int32Array.of(MAX_COORDINATE, 2 ** 16)))).toBe(false);
  expect(isBounded(dense(Int32Array.of(-(2 ** 31))))).toBe(false);
});
