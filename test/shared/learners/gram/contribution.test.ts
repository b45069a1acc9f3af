import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntegerSum, MAX_COORDINATE } from '../../../../shared/aggregation/integer-sum.ts';
import { createLearner } from '../../../../shared/learners/index.ts';
import type { LearnerState } from '../../../../shared/learners/learner.ts';
import { packedIndex } from '../../../../shared/linear-algebra/packed.ts';
import { Model } from '../../../../shared/model.ts';
import { bound } from '../../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { bought, catalogueOf, deviceOf, norm } from '../in-memory.ts';

const ITEMS = 24;
const catalogue = catalogueOf(ITEMS);
/** Item 23 is the most popular, then 22, and so on. */
const afterItems: LearnerState = {
  round: 1,
  model: new Model(
    [{ name: 'item.popularity', shape: [ITEMS] }],
    Float32Array.from({ length: ITEMS }, (_, item) => item / ITEMS),
  ),
  memory: new Model([]),
};

function contribute(state: LearnerState, items: readonly number[], options: Record<string, unknown> = {}) {
  const learner = createLearner('gram', options, catalogue);
  const device = deviceOf(learner, bought(items, catalogue));
  return learner.contribute(learner.plan(state)!, state.model, device, seededRandom(2));
}

describe('a contribution of gram', () => {
  const beforeItems = createLearner('gram', {}, catalogue).init(seededRandom(1));
  const history = fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: ITEMS });
  const proximity = fc.double({ min: 0, max: 4, noNaN: true });
  const counted = fc.integer({ min: 1, max: ITEMS });

  it('has norm 1 whatever was bought, or 0 where there is nothing to say', () => {
    fc.assert(
      fc.property(history, proximity, counted, (bag, exponent, items) => {
        const known = bag.filter(item => item >= ITEMS - items);
        expect(norm(contribute(beforeItems, bag))).toBeCloseTo(Math.min(1, bag.length), 6);
        const pairs = contribute(afterItems, bag, { items, proximity: exponent });
        expect(norm(pairs)).toBeCloseTo(known.length > 1 ? 1 : 0, 6);
      }),
    );
  });

  it('moves the sums by the clip norm at most, whoever else is in them', () => {
    const others = fc.array(history, { maxLength: 3 });
    const states = fc.constantFrom(beforeItems, afterItems);
    fc.assert(
      fc.property(states, history, others, proximity, (state, own, cohort, exponent) => {
        const [without, complete] = [cohort, [...cohort, own]].map(bags => {
          const sum = new IntegerSum(state === beforeItems ? ITEMS : (ITEMS * (ITEMS + 1)) / 2);
          for (const bag of bags) sum.add(bound(contribute(state, bag, { proximity: exponent }), 1));
          return sum.totals;
        });
        const moved = Math.hypot(...complete!.map((total, k) => total - without![k]!));
        expect(moved).toBeLessThanOrEqual(MAX_COORDINATE * (1 + 1e-9));
      }),
    );
  });

  it('holds the pairs of the popular items alone, by their distance among those', () => {
    const { length, parts } = contribute(afterItems, [20, 0, 23, 22], { items: 4, proximity: 1 });
    expect(length).toBe(10);
    const values = new Map(parts.flatMap(({ rows, values }) => [...rows].map((row, n) => [row, values[n]!])));
    // Of rank 3, 0 and 1: a half for each step but the first.
    expect([...values.keys()].toSorted((a, b) => a - b)).toEqual([
      packedIndex(4, 0, 1),
      packedIndex(4, 0, 3),
      packedIndex(4, 1, 3),
    ]);
    const near = values.get(packedIndex(4, 0, 3))!;
    expect(values.get(packedIndex(4, 0, 1))).toBeCloseTo(near, 6);
    expect(values.get(packedIndex(4, 1, 3))! / near).toBeCloseTo(2 / 3, 6);
  });
});
