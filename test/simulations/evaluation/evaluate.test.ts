import { describe, expect, it } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { average, evaluate } from '../../../simulations/evaluation/evaluate.ts';
import type { Scorer } from '../../../simulations/evaluation/scorer.ts';
import { type Split, splitDataset } from '../../../simulations/evaluation/split.ts';
import { type Row, smallDataset } from './small-dataset.ts';

const ITEMS = 400;
const USERS = 300;
const SEED = 11;

/** Users with 3 to 14 random items in baskets of two or three; those with fewer than 5 are not evaluated. */
function randomSplit(holdout: 'last-item' | 'last-basket'): Split {
  const users = Array.from({ length: USERS }, (_, user) => {
    const random = seededRandom(3, 'purchases', user);
    const items = new Set<number>();
    while (items.size < 3 + (user % 12)) items.add(random.below(ITEMS));
    return [...items].map((item, at): Row => [item, Math.floor(at / 2.5)]);
  });
  return splitDataset(smallDataset(users, ITEMS), { holdout });
}

/** The same scores for a user every time, in an array that is used over and over. */
function randomScorer(label: string): Scorer {
  const scores = new Float32Array(ITEMS);
  return user => {
    const random = seededRandom(7, label, user);
    return scores.map((_, item) => {
      scores[item] = random.float();
      return scores[item];
    });
  };
}

const constant: Scorer = () => new Float32Array(ITEMS).fill(0.5);

function oracle(split: Split): Scorer {
  return user => {
    const scores = new Float32Array(ITEMS);
    for (const item of split.heldOut(user)) scores[item] = 1;
    return scores;
  };
}

describe.each(['last-item', 'last-basket'] as const)('evaluate with the %s held out', holdout => {
  const split = randomSplit(holdout);

  it('gives a scorer that knows the answer everything, and a constant one nothing', () => {
    const best = evaluate(oracle(split), split, SEED);
    expect(best.full).toEqual({ 'hr@10': 1, 'ndcg@10': 1, 'recall@20': 1, mrr: 1 });
    expect(best.sampled['hr@10']).toBeCloseTo(1, 12);
    expect(best.sampled['ndcg@10']).toBeCloseTo(1, 12);
    const worst = evaluate(constant, split, SEED);
    expect(worst.full).toMatchObject({ 'hr@10': 0, 'ndcg@10': 0, 'recall@20': 0 });
    expect(worst.full.mrr).toBeLessThan(1 / 300);
    expect(worst.sampled).toEqual({ 'hr@10': 0, 'ndcg@10': 0 });
  });

  it('agrees with sorting the catalogue of each user', () => {
    const { full, users, ranks } = evaluate(randomScorer('a'), split, SEED);
    const sums = { hit: 0, ndcg: 0, recall: 0, mrr: 0 };
    const evaluated = Array.from({ length: USERS }, (_, user) => user).filter(user => split.heldOut(user).length > 0);
    for (const [n, user] of evaluated.entries()) {
      const scores = randomScorer('a')(user);
      const trained = new Set(split.train.items(user));
      const held = new Set(split.heldOut(user));
      const list = Array.from(scores.keys())
        .filter(item => !trained.has(item))
        .sort((a, b) => scores[b]! - scores[a]!);
      const places = list.flatMap((item, at) => (held.has(item) ? [at + 1] : []));
      expect([...ranks.full.subarray(ranks.offsets[n], ranks.offsets[n + 1])]).toEqual(places);
      const gain = (positions: readonly number[]): number =>
        positions.filter(rank => rank <= 10).reduce((sum, rank) => sum + Math.LN2 / Math.log(rank + 1), 0);
      sums.hit += places[0]! <= 10 ? 1 : 0;
      sums.ndcg += gain(places) / gain(places.map((_, at) => at + 1));
      sums.recall += places.filter(rank => rank <= 20).length / Math.min(20, places.length);
      sums.mrr += 1 / places[0]!;
    }
    expect([...ranks.users]).toEqual(evaluated);
    expect(users).toBe(evaluated.length);
    expect(full['hr@10']).toBeCloseTo(sums.hit / users, 12);
    expect(full['ndcg@10']).toBeCloseTo(sums.ndcg / users, 12);
    expect(full['recall@20']).toBeCloseTo(sums.recall / users, 12);
    expect(full.mrr).toBeCloseTo(sums.mrr / users, 12);
  });

  it('gives random scores one hit in ten among 100 candidates, ranks spread evenly', () => {
    const trials = Array.from({ length: 8 }, (_, seed) => evaluate(randomScorer(`trial ${seed}`), split, seed));
    const ranks = trials.flatMap(({ ranks }) => [...ranks.sampled]);
    expect(Math.min(...ranks)).toBe(1);
    expect(Math.max(...ranks)).toBe(100);
    const deviation = Math.sqrt((100 ** 2 - 1) / 12 / ranks.length);
    expect(Math.abs(ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length - 50.5)).toBeLessThan(4 * deviation);
    const hits = trials.reduce((sum, { sampled }) => sum + sampled['hr@10'], 0) / trials.length;
    expect(Math.abs(hits - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / (trials.length * trials[0]!.users)));
  });

  it('draws the same candidates for every scorer, others for another seed', () => {
    const first = evaluate(randomScorer('a'), split, SEED);
    evaluate(randomScorer('b'), split, SEED);
    const again = evaluate(randomScorer('a'), split, SEED);
    expect(again).toEqual(first);
    expect(evaluate(randomScorer('a'), split, SEED + 1).ranks.sampled).not.toEqual(first.ranks.sampled);
  });

  it('evaluates only the users that it is given, each as among all', () => {
    const whole = evaluate(randomScorer('a'), split, SEED);
    const some = whole.ranks.users.filter((_, n) => n % 3 === 1);
    const part = evaluate(randomScorer('a'), split, SEED, some);
    expect([...part.ranks.users]).toEqual([...some]);
    for (const [n, user] of some.entries()) {
      const at = whole.ranks.users.indexOf(user);
      for (const list of ['full', 'sampled'] as const) {
        expect([...part.ranks[list].subarray(part.ranks.offsets[n], part.ranks.offsets[n + 1])]).toEqual([
          ...whole.ranks[list].subarray(whole.ranks.offsets[at], whole.ranks.offsets[at + 1]),
        ]);
      }
    }
    const places = Array.from(some, user => whole.ranks.users.indexOf(user));
    expect(average(whole.ranks, places)).toEqual({ full: part.full, sampled: part.sampled });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses the score %d', score => {
    const broken: Scorer = () => new Float32Array(ITEMS).fill(score, ITEMS - 1);
    expect(() => evaluate(broken, split, SEED)).toThrow(NumericalError);
  });
});

describe('evaluate', () => {
  it('never draws what a user bought, held out or trained on', () => {
    const split = randomSplit('last-basket');
    const jealous: Scorer = user => {
      const scores = new Float32Array(ITEMS);
      for (const item of split.train.items(user)) scores[item] = 2;
      for (const [n, item] of split.heldOut(user).entries()) scores[item] = 1 + n / 100;
      return scores;
    };
    expect(new Set(evaluate(jealous, split, SEED).ranks.sampled)).toEqual(new Set([1]));
  });

  it('draws for each user anew', () => {
    const rows = Array.from({ length: 5 }, (_, item): Row => [item, item]);
    const split = splitDataset(smallDataset([rows, rows, rows, rows], ITEMS), { holdout: 'last-item' });
    const falling: Scorer = () => Float32Array.from({ length: ITEMS }, (_, item) => (item < 200 ? 1 : 0.5 - item));
    expect(new Set(evaluate(falling, split, SEED).ranks.sampled).size).toBeGreaterThan(1);
  });

  it('weighs users alike, however many items they have held out', () => {
    const rows = (items: number, last: number): Row[] =>
      Array.from({ length: items + last }, (_, item) => [item, item < items ? 0 : 1]);
    const split = splitDataset(smallDataset([rows(5, 1), rows(5, 3)], ITEMS), { holdout: 'last-basket' });
    const scorer: Scorer = user => oracle(split)(user).map(score => (user === 0 ? score : -score));
    expect(evaluate(scorer, split, SEED).sampled['hr@10']).toBe(0.5);
    expect(evaluate(scorer, split, SEED).full['recall@20']).toBe(0.5);
  });

  it('refuses a scorer of another catalogue', () => {
    expect(() => evaluate(() => new Float32Array(ITEMS - 1), randomSplit('last-item'), SEED)).toThrow(NumericalError);
  });

  it('gives zeros where nobody is evaluated', () => {
    const split = splitDataset(smallDataset([[[0, 0]]], ITEMS), { holdout: 'last-item' });
    expect(evaluate(constant, split, SEED)).toMatchObject({ users: 0, full: { mrr: 0 }, sampled: { 'hr@10': 0 } });
  });
});
