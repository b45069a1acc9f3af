import { describe, expect, it } from 'vitest';
import { boughtTogether } from '../../../shared/learners/ease/together.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { bought, catalogueOf, deviceOf, randomBaskets, train } from './in-memory.ts';

const ITEMS = 24;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(120, ITEMS, 12, 20_260_404);

function modelWith(options: Record<string, unknown>) {
  const learner = createLearner('ease', options, catalogue);
  return train(
    learner,
    baskets.map(items => deviceOf(learner, bought(items, catalogue))),
    1,
  ).model;
}

describe('boughtTogether', () => {
  const buyers = (...items: number[]) => baskets.filter(basket => items.every(item => basket.includes(item))).length;
  const affinities = Array.from({ length: ITEMS }, (_, a) =>
    Array.from({ length: ITEMS }, (_, b) => (buyers(a, b) === 0 ? 0 : buyers(a, b) / Math.sqrt(buyers(a) * buyers(b)))),
  );

  it.each([1, 4, ITEMS + 5])('lists the %d partners of highest affinity, counted basket by basket', together => {
    const model = modelWith({ together });
    for (let item = 0; item < ITEMS; item++) {
      const row = affinities[item]!;
      const others = row.filter((affinity, other) => other !== item && affinity > 0);
      const expected = others.toSorted((a, b) => b - a).slice(0, together);
      const partners = boughtTogether(model, item);
      expect(partners.length).toBe(expected.length);
      for (const [n, partner] of partners.entries()) {
        expect(partner.affinity).toBeCloseTo(row[partner.item]!, 6);
        expect(partner.affinity).toBeCloseTo(expected[n]!, 6);
        expect(partner.item).not.toBe(item);
      }
      expect(new Set(partners.map(partner => partner.item)).size).toBe(partners.length);
    }
  });

  it('needs nothing but the same sum: the weights are the same without it', () => {
    const without = modelWith({ together: 0, lambda: 3 });
    expect(without.specs.map(({ name }) => name)).toEqual(['item.shares', 'item.weights']);
    expect(modelWith({ together: 4, lambda: 3 }).tensor('item.weights')).toEqual(without.tensor('item.weights'));
  });
});
