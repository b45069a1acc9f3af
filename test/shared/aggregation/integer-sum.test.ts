import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense, type IntegerContribution, toDense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum, MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { NumericalError } from '../../../shared/errors.ts';

const ITEMS = 6;
const DIMENSION = 3;
const LENGTH = ITEMS * DIMENSION + ITEMS;

const coordinate = fc.integer({ min: -MAX_COORDINATE, max: MAX_COORDINATE });

/** Rows of two tensors, as a learner with vectors and biases gives them. */
const sparse = fc
  .uniqueArray(fc.nat(ITEMS - 1), { maxLength: ITEMS })
  .chain(rows =>
    fc.record({
      rows: fc.constant(Int32Array.from(rows)),
      vectors: fc.array(coordinate, { minLength: rows.length * DIMENSION, maxLength: rows.length * DIMENSION }),
      biases: fc.array(coordinate, { minLength: rows.length, maxLength: rows.length }),
    }),
  )
  .map(
    ({ rows, vectors, biases }): IntegerContribution => ({
      length: LENGTH,
      parts: [
        { offset: 0, width: DIMENSION, rows, values: Int32Array.from(vectors) },
        { offset: ITEMS * DIMENSION, width: 1, rows, values: Int32Array.from(biases) },
      ],
    }),
  );

/** The sum in integers without bound, from the definition of a contribution. */
function oracle(contributions: readonly IntegerContribution[]): bigint[] {
  const totals = new Array<bigint>(LENGTH).fill(0n);
  for (const { parts } of contributions) {
    for (const { offset, width, rows, values } of parts) {
      values.forEach((value, k) => {
        totals[offset + rows[Math.floor(k / width)]! * width + (k % width)]! += BigInt(value);
      });
    }
  }
  return totals;
}

test('the sum is exact, in any order, dense or sparse, whole or in parts', () => {
  fc.assert(
    fc.property(fc.array(sparse, { maxLength: 12 }), fc.nat(12), (contributions, cut) => {
      const expected = oracle(contributions);
      const whole = new IntegerSum(LENGTH);
      for (const contribution of contributions) whole.add(contribution);
      const [first, second] = [new IntegerSum(LENGTH), new IntegerSum(LENGTH)];
      for (const contribution of contributions.slice(0, cut)) first.add(contribution);
      for (const contribution of contributions.slice(cut).toReversed()) second.add(dense(toDense(contribution)));
      second.merge(first);
      for (const sum of [whole, second]) {
        expect(Array.from(sum.totals, BigInt)).toEqual(expected);
        expect(sum.count).toBe(contributions.length);
      }
    }),
  );
});

test('as many of the largest contributions as may be added still add up exactly, and no more may be', () => {
  const sum = new IntegerSum(1);
  // With noise of the device's own a coordinate may be any of 32 bits.
  sum.add(dense(Int32Array.of(-(2 ** 31))));
  for (let doubling = 0; doubling < 21; doubling++) {
    const same = new IntegerSum(1);
    same.merge(sum);
    sum.merge(same);
  }
  expect(sum.count).toBe(2 ** 21);
  expect(sum.totals[0]).toBe(-(2 ** 52));
  expect(() => sum.add(dense(Int32Array.of(1)))).toThrow(NumericalError);
});

test('another length is refused', () => {
  expect(() => new IntegerSum(3).add(dense(new Int32Array(4)))).toThrow(NumericalError);
  expect(() => new IntegerSum(3).merge(new IntegerSum(2))).toThrow(NumericalError);
});

test('dequantise multiplies by the step', () => {
  const sum = new IntegerSum(2);
  sum.add(dense(Int32Array.of(-3, 1_000_000_007)));
  expect([...sum.dequantise(Math.SQRT2)]).toEqual([-3 * Math.SQRT2, 1_000_000_007 * Math.SQRT2]);
});
