import { beforeAll, describe, expect, it } from 'vitest';
import { Catalogue } from '../../../../shared/catalogue.ts';
import { ease } from '../../../../simulations/baselines/ease.ts';
import { popularity } from '../../../../simulations/baselines/popularity.ts';
import type { Dataset } from '../../../../simulations/data/dataset.ts';
import { loadDataset } from '../../../../simulations/data/index.ts';
import { evaluate } from '../../../../simulations/evaluation/evaluate.ts';
import type { Scorer } from '../../../../simulations/evaluation/scorer.ts';
import { splitDataset } from '../../../../simulations/evaluation/split.ts';

const DAY_MS = 86_400_000;

/** How many different shoppers bought each item. */
function buyers({ population, catalogue }: Dataset): Float64Array {
  const counts = new Float64Array(catalogue.size);
  for (let user = 0; user < population.size; user++) for (const item of population.items(user)) counts[item]!++;
  return counts;
}

/** The share of all pairs that falls to the most bought `share` of the items. */
function headShare(counts: Float64Array, share: number): number {
  const sorted = counts.toSorted((a, b) => b - a);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return sum(sorted.subarray(0, Math.ceil(sorted.length * share))) / sum(sorted);
}

function sharesOf<K>(keys: Iterable<K>): Map<K, number> {
  const counts = new Map<K, number>();
  let total = 0;
  for (const key of keys) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    total++;
  }
  return new Map(Array.from(counts, ([key, count]) => [key, count / total]));
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  const norm = (values: Map<string, number>) => Math.hypot(...values.values());
  let product = 0;
  for (const [key, value] of a) product += value * (b.get(key) ?? 0);
  return product / (norm(a) * norm(b));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([1, 2, 3])('the standard synthetic world of seed %i', seed => {
  let data: Dataset;
  beforeAll(async () => {
    data = await loadDataset(`synthetic:seed=${seed}`);
  });

  it('has the size that was asked for, in catalogue order and time order', () => {
    const { population, catalogue, users, report } = data;
    expect([users.length, catalogue.size, population.size]).toEqual([2000, 700, 2000]);
    const count = population.purchases.items.length;
    // The mean of 2,000 log-normal lengths around 50, whose standard deviation is 47: within five standard errors.
    expect(Math.abs(count / 2000 - 50)).toBeLessThan((5 * 47) / Math.sqrt(2000));
    expect(report).toEqual({ rows: count, setAside: {}, bad: { count: 0, examples: [] } });
    for (let user = 0; user < population.size; user++) {
      const { times, baskets } = population.history(user).purchases;
      expect(baskets[0]).toBe(0);
      for (let row = 1; row < times.length; row++) {
        const step = baskets[row]! - baskets[row - 1]!;
        if (step === 0 ? times[row] !== times[row - 1] : step !== 1 || times[row]! < times[row - 1]!)
          expect.fail(`shopper ${user}, row ${row}`);
      }
    }
  });

  it('has a catalogue that the wire accepts, with departments, titles of their own and some sensitive categories', () => {
    const { catalogue } = data;
    expect(Catalogue.decode(catalogue.encode()).items).toEqual(catalogue.items);
    expect(new Set(catalogue.items.map(item => item.title)).size).toBe(700);
    expect(new Set(catalogue.items.map(item => item.category!.split('/')[0])).size).toBe(8);
    const sensitive = catalogue.items.filter(item => item.sensitive);
    expect(new Set(sensitive.map(item => item.category)).size).toBe(4);
    const bought = Array.from(data.population.purchases.items).filter(item => catalogue.items[item]!.sensitive);
    const share = bought.length / data.population.purchases.items.length;
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.15);
  });

  it('is as long-tailed as Online Retail, where 1, 10 and 20 % of the items make 7, 40 and 60 % of the pairs', () => {
    const counts = buyers(data);
    expect(Math.abs(headShare(counts, 0.01) - 0.07)).toBeLessThan(0.03);
    expect(Math.abs(headShare(counts, 0.1) - 0.4)).toBeLessThan(0.06);
    expect(Math.abs(headShare(counts, 0.2) - 0.6)).toBeLessThan(0.06);
  });

  it('has histories of very different lengths', () => {
    const { offsets } = data.population;
    const lengths = Array.from({ length: 2000 }, (_, user) => offsets[user + 1]! - offsets[user]!).toSorted(
      (a, b) => a - b,
    );
    // Of a log-normal with sigma 0.8 the ninth decile is exp(2 * 1.2816 * 0.8) = 7.8 times the first.
    const ratio = lengths[1800]! / lengths[200]!;
    expect(ratio).toBeGreaterThan(6);
    expect(ratio).toBeLessThan(10);
  });

  it('sees staples bought again, and other goods much less', () => {
    const { population, catalogue } = data;
    const again = { staple: [0, 0], other: [0, 0] };
    for (let user = 0; user < population.size; user++) {
      const { items, purchases } = population.history(user);
      for (const item of purchases.items) again[isStaple(catalogue.items[item]!.category!)][0]!++;
      for (const item of items) again[isStaple(catalogue.items[item]!.category!)][1]!++;
    }
    const times = (kind: 'staple' | 'other') => again[kind][0]! / again[kind][1]!;
    expect(times('staple')).toBeGreaterThan(1.3 * times('other'));
  });

  it('sells seasonal goods in their season, and most in December', () => {
    const { population, catalogue } = data;
    const { items, times } = population.purchases;
    const dayOf = (row: number) => Math.floor((times[row]! - Date.UTC(2024, 0, 1)) / DAY_MS);
    const rows = Array.from(items, (_, row) => row);
    const ofCategory = (name: string) => rows.filter(row => catalogue.items[items[row]!]!.category === name);
    const christmas = [...ofCategory('Home/Christmas decorations'), ...ofCategory('Children/Gift wrap')];
    const near = christmas.filter(row => Math.abs(dayOf(row) - 345) <= 36);
    expect(christmas.length).toBeGreaterThan(100);
    // Two standard deviations of the season to either side, which are 20 % of the year.
    expect(near.length / christmas.length).toBeGreaterThan(0.7);
    const byMonth = sharesOf(rows.map(row => new Date(times[row]!).getUTCMonth()));
    expect(byMonth.get(11)! / byMonth.get(8)!).toBeGreaterThan(1.25);
  });

  it('can be learned, and not too easily', () => {
    const split = splitDataset(data, { holdout: 'last-item' });
    const hitRate = (scorer: Scorer) => evaluate(scorer, split, 1).full['hr@10'];
    const strong = hitRate(ease(split.train, split.itemCount));
    expect(strong).toBeGreaterThan(2 * hitRate(popularity(split.train, split.itemCount)));
    expect(strong).toBeGreaterThan(0.15);
    expect(strong).toBeLessThan(0.4);
  });

  it('gives the devices of a household more taste in common than strangers have', () => {
    const households = data.households!;
    const profile = (user: number) =>
      sharesOf(Array.from(data.population.items(user), item => data.catalogue.items[item]!.category!));
    const together: number[] = [];
    const apart: number[] = [];
    for (let user = 1; user < 2000; user++) {
      if (households[user] !== households[user - 1]) continue;
      together.push(cosine(profile(user), profile(user - 1)));
      apart.push(cosine(profile(user), profile((user + 997) % 2000)));
    }
    expect(together.length).toBeGreaterThan(500);
    expect(mean(together)).toBeGreaterThan(mean(apart) + 0.15);
  });
});

/** Categories that the vocabulary marks as staples, by what everybody would call one. */
function isStaple(category: string): 'staple' | 'other' {
  return /^Fresh\/[FVD]|Bread|Coffee|Pasta|Breakfast|Vitamins|Nappies|Baby food|Pets|Hair|Shaving/.test(category)
    ? 'staple'
    : 'other';
}

describe('synthetic worlds', () => {
  it('are fixed by their specification', async () => {
    const tiny = await loadDataset('synthetic:tiny,seed=3');
    expect(tiny.name).toBe('synthetic:tiny,seed=3');
    expect((await loadDataset('synthetic:tiny,seed=3')).hash).toBe(tiny.hash);
    expect((await loadDataset('synthetic:tiny,seed=4')).hash).not.toBe(tiny.hash);
    // Frozen: change it only on purpose, since every figure on synthetic data changes with it.
    expect((await loadDataset('synthetic:tiny')).hash).toBe(
      'ab79d832d2b26aa0133c00eb75687a3ed2122e610e8f055b9ebb6359847d2e4c',
    );
  });

  it("fix a shopper's purchases whatever the number of shoppers", async () => {
    const few = await loadDataset('synthetic:tiny,users=20');
    const many = await loadDataset('synthetic:tiny,users=200');
    for (let user = 0; user < 20; user++) {
      const [history, same] = [few.population.history(user), many.population.history(user)];
      expect(history.items).toEqual(same.items);
      expect(history.purchases).toEqual(same.purchases);
    }
  });

  it.each([
    'users=1,items=10,purchases=2',
    'users=30,items=10,purchases=200',
    'users=300,items=5000',
    'users=5,items=20000',
  ])('can have the size %s', async size => {
    const data = await loadDataset(`synthetic:${size}`);
    expect(data.catalogue.size).toBe(Number(/items=(\d+)/.exec(size)![1]));
    expect(data.users).toHaveLength(Number(/users=(\d+)/.exec(size)![1]));
    expect(Math.max(...data.population.purchases.items.subarray(0, 10_000))).toBeLessThan(data.catalogue.size);
  });
});
