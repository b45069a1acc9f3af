import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../../../shared/history.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { evaluate } from '../../../simulations/evaluation/evaluate.ts';
import {
  evaluateRecentItems,
  groupByHistoryLength,
  mostRecent,
  RECENT_ITEMS,
} from '../../../simulations/evaluation/history-length.ts';
import type { HistoryScorer } from '../../../simulations/evaluation/scorer.ts';
import { type Split, splitDataset } from '../../../simulations/evaluation/split.ts';
import { purchaseRows, type Row, smallDataset } from './small-dataset.ts';

const ITEMS = 130;
const USERS = 90;
const SEED = 5;

/** Users with 1 to 90 rows of random items, repeats among them, in baskets of three. */
function randomSplit(holdout: 'last-item' | 'last-basket'): Split {
  const users = Array.from({ length: USERS }, (_, user) => {
    const random = seededRandom(2, 'rows', user);
    return Array.from({ length: 1 + user }, (_, row): Row => [random.below(ITEMS), Math.floor(row / 3)]);
  });
  return splitDataset(smallDataset(users, ITEMS), { holdout });
}

/** Knows users by their whole history: by what, in which order, in which basket. */
const scorer: HistoryScorer = (user, { items, purchases }) => {
  const random = seededRandom(3, 'scores', user, items.join(), purchases.items.join(), purchases.baskets.join());
  return Float32Array.from({ length: ITEMS }, () => random.float());
};

/** The NDCG@10 and hit rate of one user, by sorting the catalogue. */
function qualityOf(scores: Float32Array, owned: readonly number[], held: readonly number[]): [number, number] {
  const list = Array.from(scores.keys())
    .filter(item => !owned.includes(item))
    .sort((a, b) => scores[b]! - scores[a]!);
  const gain = (hits: readonly boolean[]): number =>
    hits.slice(0, 10).reduce((sum, hit, at) => sum + (hit ? Math.LN2 / Math.log(at + 2) : 0), 0);
  const hits = list.map(item => held.includes(item));
  return [gain(hits) / gain(hits.toSorted((a, b) => Number(b) - Number(a))), hits.slice(0, 10).includes(true) ? 1 : 0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the most recent items of a history', () => {
  it('are the longest end of it with so many distinct items', () => {
    fc.assert(
      fc.property(purchaseRows(9), fc.integer({ min: 1, max: 12 }), (users, count) => {
        const split = splitDataset(smallDataset(users, 9), { holdout: 'last-item' });
        for (let user = 0; user < users.length; user++) {
          const whole = split.train.history(user);
          const rows = Array.from(whole.purchases.items.keys());
          const from = rows.find(row => new Set(whole.purchases.items.slice(row)).size <= count) ?? rows.length;
          const cut = mostRecent(whole, count);
          expect(cut.purchases.quantities).toEqual(whole.purchases.quantities.slice(from));
          expect(cut.purchases.items).toEqual(whole.purchases.items.slice(from));
          expect(cut.purchases.times).toEqual(whole.purchases.times.slice(from));
          expect([...cut.items]).toEqual([...new Set(whole.purchases.items.slice(from))]);
          expect(cut.items.length).toBe(Math.min(count, whole.items.length));
        }
      }),
    );
  });

  it('number their baskets from 0 and keep the steps between them', () => {
    const rows: Row[] = [
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 4],
    ];
    const history = smallDataset([rows], 4).population.history(0);
    expect([...mostRecent(history, 3).purchases.baskets]).toEqual([0, 0, 3]);
    expect([...history.purchases.baskets]).toEqual([0, 1, 1, 4]);
  });
});

describe.each(['last-item', 'last-basket'] as const)('quality by history length, the %s held out', holdout => {
  const split = randomSplit(holdout);
  const evaluated = Array.from({ length: USERS }, (_, user) => user).filter(user => split.heldOut(user).length > 0);

  it('agrees with cutting and sorting by hand, over users with as many items', () => {
    const found = evaluateRecentItems(scorer, split, SEED);
    expect(found.map(({ recentItems }) => recentItems)).toEqual(RECENT_ITEMS);
    for (const { recentItems, users, ...quality } of found) {
      const least = recentItems === 'all' ? 0 : recentItems;
      const counted = evaluated.filter(user => split.train.items(user).length >= least);
      const each = counted.map(user => {
        const whole = split.train.history(user);
        const cut: History = recentItems === 'all' ? whole : mostRecent(whole, recentItems);
        return qualityOf(scorer(user, cut), [...whole.items], [...split.heldOut(user)]);
      });
      expect(users).toBe(counted.length);
      expect(quality['ndcg@10']).toBeCloseTo(mean(each.map(([ndcg]) => ndcg)), 12);
      expect(quality['hr@10']).toBeCloseTo(mean(each.map(([, hit]) => hit)), 12);
    }
    expect(new Set(found.map(({ users }) => users)).size).toBeGreaterThan(2);
  });

  it('groups users by how many items they were trained on', () => {
    const { ranks } = evaluate(user => scorer(user, split.train.history(user)), split, SEED);
    const groups = groupByHistoryLength(ranks, split);
    expect(groups.map(({ from, to }) => [from, to])).toEqual([
      [1, 5],
      [6, 10],
      [11, 20],
      [21, 50],
      [51, 100],
    ]);
    for (const { from, to, users, ...quality } of groups) {
      const members = evaluated.filter(user => {
        const { length } = split.train.items(user);
        return length >= from && length <= (to ?? Number.POSITIVE_INFINITY);
      });
      const each = members.map(user => {
        const whole = split.train.history(user);
        return qualityOf(scorer(user, whole), [...whole.items], [...split.heldOut(user)]);
      });
      expect(users).toBe(members.length);
      expect(quality['ndcg@10']).toBeCloseTo(mean(each.map(([ndcg]) => ndcg)), 12);
      expect(quality['hr@10']).toBeCloseTo(mean(each.map(([, hit]) => hit)), 12);
    }
  });
});

it('the last group has no upper end', () => {
  const rows = Array.from({ length: 120 }, (_, item): Row => [item, item]);
  const split = splitDataset(smallDataset([rows], ITEMS), { holdout: 'last-item' });
  const { ranks } = evaluate(user => scorer(user, split.train.history(user)), split, SEED);
  expect(groupByHistoryLength(ranks, split)).toMatchObject([{ from: 101, to: null, users: 1 }]);
});
