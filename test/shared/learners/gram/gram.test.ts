import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../../../shared/catalogue.ts';
import { historyOf } from '../../../../shared/history.ts';
import { createLearner } from '../../../../shared/learners/index.ts';
import { bought, catalogueOf, deviceOf, PLANTED_ITEMS, plantedShoppers, precision, rounds } from '../in-memory.ts';

const SEED = 20_260_611;
const shoppers = plantedShoppers(600, SEED);
const plain = catalogueOf(PLANTED_ITEMS);
/** The departments of the planted shoppers, in words. */
const titled = new Catalogue(plain.items.map(({ id }, item) => ({ id, title: `Department ${Math.floor(item / 10)}` })));

/** The mean precision of what was learnt from the planted shoppers. */
function learnt(name: string, catalogue: Catalogue, noise: number): number {
  const learner = createLearner(name, {}, catalogue);
  const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogue)));
  const { model } = [...rounds(learner, devices, SEED, { noise })].at(-1)!;
  const precisions = shoppers.map((shopper, n) => precision(learner.scores(model, devices[n]!), shopper));
  return precisions.reduce((sum, value) => sum + value, 0) / precisions.length;
}

describe('gram', () => {
  it('deals privacy out over its rounds', () => {
    const { rounds, privacyWeights } = createLearner('gram', {}, plain);
    expect(privacyWeights).toHaveLength(rounds);
  });

  it('learns what is bought together, far beyond popularity', () => {
    const popularity = learnt('popularity', plain, 0);
    expect(popularity).toBeLessThan(0.45);
    expect(learnt('gram', plain, 0)).toBeGreaterThan(0.9);
  });

  it('is well above popularity where the noise hides single pairs, and content makes up for most of what is lost', () => {
    const noisy = learnt('gram', plain, 5);
    expect(noisy).toBeGreaterThan(learnt('popularity', plain, 0) + 0.3);
    expect(learnt('gram', titled, 5)).toBeGreaterThan(noisy + 0.2);
  });

  it('recommends what is popular to those who bought nothing', () => {
    const learner = createLearner('gram', {}, plain);
    const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, plain)));
    for (const { model } of [...rounds(learner, devices, SEED)].slice(1)) {
      const scores = learner.scores(model, deviceOf(learner, historyOf([], plain)));
      const departments = scores.reduce((sums, score, item) => {
        sums[Math.floor(item / 10)]! += score;
        return sums;
      }, new Float64Array(6));
      expect(departments.indexOf(Math.max(...departments))).toBeLessThan(2);
    }
  });

  it.each([1e-6, 1, 1e8])('gets through noise of deviation %d', noise => {
    expect(Number.isFinite(learnt('gram', titled, noise))).toBe(true);
  });

  it('counts pairs of so many items only, and has weights of content for the others', () => {
    const learner = createLearner('gram', { items: 30 }, titled);
    const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, titled)));
    const { model } = [...rounds(learner, devices, SEED)].at(-1)!;
    const weights = model.tensor('item.weights');
    const popular = [...model.tensor('item.popularity').entries()].toSorted(([, a], [, b]) => b - a);
    const counted = new Set(popular.slice(0, 30).map(([item]) => item));
    for (let at = 0; at < weights.length; at++) {
      const [i, j] = [Math.floor(at / PLANTED_ITEMS), at % PLANTED_ITEMS];
      if (i === j) expect(weights[at]).toBe(0);
      else if (counted.has(i) && counted.has(j)) continue;
      else if (Math.floor(i / 10) === Math.floor(j / 10)) expect(weights[at]).toBeGreaterThan(0);
      else expect(weights[at]).toBe(0);
    }
  });

  it('refuses a catalogue whose weights would not fit', () => {
    expect(() => createLearner('gram', {}, catalogueOf(12_501))).toThrow(/"spectral"/);
  });
});
