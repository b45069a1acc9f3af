import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import { bought, catalogueOf, deviceOf, randomBaskets, rounds, train } from './in-memory.ts';

const SEED = 20_260_410;
const ITEMS = 26;
const SETTINGS = { dimension: 5, unobservedWeight: 0.4, regularisation: 0.02, frequencyExponent: 0.9 };
const FORMS = ['gradient', 'exact'] as const;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(70, ITEMS, 10, SEED);

function setUp(options: Record<string, unknown>, histories: readonly Iterable<number>[] = baskets) {
  const learner = createLearner('ials', { ...SETTINGS, ...options }, catalogue);
  return { learner, devices: histories.map(items => deviceOf(learner, bought(items, catalogue))) };
}

describe('recommendations of ials', () => {
  it.each(FORMS)('put the frequent partner of a single item first: %s', form => {
    const pairs = [
      ...Array.from({ length: 8 }, () => [7, 20]),
      [3, 4],
      [3, 5],
      [3, 9],
      [3],
      [3],
      [3],
      [3],
      [3],
      [3],
      [3],
    ];
    const { learner, devices } = setUp({ form, rounds: 12, dimension: 4, regularisation: 0.005 }, pairs);
    const { model } = train(learner, devices, SEED);
    for (const [item, partner] of [
      [7, 20],
      [20, 7],
    ] as const) {
      const scores = learner.scores(model, deviceOf(learner, bought([item], catalogue)));
      const ranked = [...scores.keys()].filter(other => other !== item).toSorted((a, b) => scores[b]! - scores[a]!);
      expect(ranked[0]).toBe(partner);
    }
  });

  it('of an empty history are the most popular items', () => {
    const { learner, devices } = setUp({ rounds: 2 });
    const { model } = train(learner, devices, SEED);
    const scores = learner.scores(model, deviceOf(learner, bought([], catalogue)));
    const shares = model.tensor('item.shares');
    const rank = (values: Float32Array) => [...values.keys()].toSorted((a, b) => values[b]! - values[a]!);
    expect(rank(scores)).toEqual(rank(shares));
  });

  it('weigh recent purchases more where recency is on, with the same weight in all', () => {
    const { learner, devices } = setUp({ rounds: 3, recency: 1.5 });
    const { model } = train(learner, devices, SEED);
    const scores = (items: number[]) => learner.scores(model, deviceOf(learner, bought(items, catalogue)));
    const [forth, back] = [scores([2, 13]), scores([13, 2])];
    expect(forth[13]).toBeGreaterThan(back[13]!);
    expect(back[2]).toBeGreaterThan(forth[2]!);
    const alone = setUp({ rounds: 3, recency: 0 });
    expect(scores([2])).toEqual(alone.learner.scores(model, deviceOf(alone.learner, bought([2], catalogue))));
  });

  it('are finite where every quantity is 0', () => {
    const { learner, devices } = setUp({ rounds: 2, quantity: 1 });
    const { model } = train(learner, devices, SEED);
    const history = bought([4, 5], catalogue);
    history.purchases.quantities.fill(0);
    expect(learner.scores(model, deviceOf(learner, history)).every(Number.isFinite)).toBe(true);
  });
});

describe.each(FORMS)('noise on the sums of ials, %s', form => {
  it.each([0.01, 0.3, 3, 30, 1e3, 1e6])('of standard deviation %d never stops it, and scores stay finite', noise => {
    // More dimensions than items, and next to no ridge, leave matrices that rounding alone makes indefinite.
    const fragile = { dimension: ITEMS + 9, regularisation: 1e-6 };
    for (const [seed, options] of [{}, {}, fragile].entries()) {
      const { learner, devices } = setUp({ form, rounds: 4, ...options });
      const [, ...states] = rounds(learner, devices, seed, { noise });
      for (const { model } of states) {
        for (const items of [[], [0], [3, 17, 5, 8], [...Array(ITEMS).keys()]]) {
          const scores = learner.scores(model, deviceOf(learner, bought(items, catalogue)));
          expect(scores.every(Number.isFinite), `seed ${seed}`).toBe(true);
        }
      }
    }
  });
});
