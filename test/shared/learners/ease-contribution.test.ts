import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntegerSum, MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { bound, isBounded } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { matrixOf } from '../linear-algebra/matrices.ts';
import { bought, catalogueOf, deviceOf, norm } from './in-memory.ts';

const ITEMS = 24;
const catalogue = catalogueOf(ITEMS);

describe('a contribution of ease', () => {
  const history = fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: ITEMS });
  const proximity = fc.double({ min: 0, max: 4, noNaN: true });
  const contribute = (items: readonly number[], options: Record<string, unknown>) => {
    const learner = createLearner('ease', options, catalogue);
    const state = learner.init(seededRandom(1));
    const device = deviceOf(learner, bought(items, catalogue));
    return learner.contribute(learner.plan(state)!, state.model, device, seededRandom(2));
  };

  it('has the norm of a triangle of ones, or less', () => {
    fc.assert(
      fc.property(history, proximity, (items, exponent) => {
        const most = Math.sqrt((items.length * (items.length + 1)) / 2);
        expect(norm(contribute(items, { proximity: 0 }))).toBeCloseTo(most, 9);
        expect(norm(contribute(items, { proximity: exponent }))).toBeLessThanOrEqual(most * (1 + 1e-12));
      }),
    );
  });

  it('moves the sum by the clip norm at most, whoever else is in it', () => {
    const clips = fc.double({ min: 0.01, max: 20, noNaN: true });
    fc.assert(
      fc.property(history, fc.array(history, { maxLength: 3 }), clips, proximity, (own, others, clipNorm, exponent) => {
        const [without, complete] = [[...others], [...others, own]].map(cohort => {
          const sum = new IntegerSum((ITEMS * (ITEMS + 1)) / 2);
          for (const items of cohort) sum.add(bound(contribute(items, { clipNorm, proximity: exponent }), clipNorm));
          return sum.totals;
        });
        const moved = Math.hypot(...complete!.map((total, k) => total - without![k]!));
        expect(moved).toBeLessThanOrEqual(MAX_COORDINATE * (1 + 1e-12));
        expect(isBounded(bound(contribute(own, { clipNorm }), clipNorm))).toBe(true);
      }),
    );
  });

  it('is a Gram matrix still, however pairs are weighted by distance', () => {
    const orders = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(orders, proximity, (order, exponent) => {
        const { values } = contribute([...Array(order).keys()], { proximity: exponent }).parts[0]!;
        const kernel = matrixOf(order, (row, column) => values[Math.abs(row - column)]!);
        const { values: eigenvalues } = symmetricEigen(kernel, order);
        expect(eigenvalues.at(-1)).toBeGreaterThan(-1e-6);
      }),
    );
  });
});
