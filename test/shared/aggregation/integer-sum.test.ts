import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense, type IntegerContribution, toDense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum, MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';

const value = fc.integer({ min: -MAX_COORDINATE, max: MAX_COORDINATE });
const vector = (length: number): fc.Arbitrary<Int32Array> =>
  fc.array(value, { minLength: length, maxLength: length }).map(values => Int32Array.from(values));

/** Some distinct rows of a tensor that lies anywhere in a vector. */
const sparse: fc.Arbitrary<IntegerContribution> = fc
  .record({ width: fc.integer({ min: 1, max: 6 }), count: fc.nat({ max: 4 }), offset: fc.nat({ max: 5 }) })
  .chain(({ width, count, offset }) =>
    fc
      .record({
        rows: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: count, maxLength: count }),
        values: vector(count * width),
      })
      .map(({ rows, values }) => ({
        length: 40,
        parts: [{ offset, width, rows: Int32Array.from(rows), values }],
      })),
  );
const contribution = fc.oneof(sparse, vector(40).map(dense));

test('a sum is that of the whole vectors, coordinate by coordinate', () => {
  fc.assert(
    fc.property(fc.array(contribution, { maxLength: 6 }), contributions => {
      const sum = new IntegerSum(40);
      for (const one of contributions) sum.add(one);
      const vectors = contributions.map(toDense);
      const expected = Array.from({ length: 40 }, (_, k) => vectors.reduce((total, one) => total + one[k]!, 0));
      expect([...sum.totals]).toEqual(expected);
      expect(sum.count).toBe(contributions.length);
    }),
  );
});

test('a whole vector of any length is added whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }).chain(vector), values => {
      const sum = new IntegerSum(values.length);
      sum.add(dense(values));
      sum.add(dense(values));
      expect([...sum.totals]).toEqual([...values].map(one => 2 * one));
    }),
  );
});
