import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { bound, isBounded } from '../../../shared/privacy/bound.ts';

/** The squared norm without rounding. */
const exactSquare = (values: Iterable<number>): bigint =>
  [...values].reduce((sum, one) => sum + BigInt(one) * BigInt(one), 0n);
const LIMIT = BigInt(MAX_COORDINATE) ** 2n;

test('a contribution is bounded just when its exact norm is, but for rounding', () => {
  const values = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 9 });
  const nearTheLimit = fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 9 })
    .map(offsets => offsets.map(offset => Math.round(MAX_COORDINATE / Math.sqrt(offsets.length)) + 2000 * offset));
  fc.assert(
    fc.property(fc.oneof(values, nearTheLimit), numbers => {
      const excess = Number(exactSquare(numbers) - LIMIT) / Number(LIMIT);
      fc.pre(Math.abs(excess) > 1e-8);
      expect(isBounded(dense(Int32Array.from(numbers)))).toBe(excess < 0);
    }),
    { numRuns: 500 },
  );
});

test('every coordinate counts, wherever it stands', () => {
  for (let length = 1; length <= 9; length++) {
    for (let at = 0; at < length; at++) {
      const vector = new Int32Array(length);
      vector[at] = MAX_COORDINATE;
      expect(isBounded(dense(vector))).toBe(true);
      vector[at] = MAX_COORDINATE + 2;
      expect(isBounded(dense(vector))).toBe(false);
    }
  }
});

test('what is bounded on the device passes as bounded', () => {
  const values = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (numbers, clipNorm) => {
      const bounded = bound(dense(Float32Array.from(numbers)), clipNorm);
      expect(isBounded(bounded)).toBe(true);
    }),
  );
});
