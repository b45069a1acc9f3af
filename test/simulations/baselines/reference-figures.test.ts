import { expect, it } from 'vitest';
import { ease } from '../../../simulations/baselines/ease.ts';
import { popularity } from '../../../simulations/baselines/popularity.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { evaluate } from '../../../simulations/evaluation/evaluate.ts';
import type { Scorer } from '../../../simulations/evaluation/scorer.ts';
import { type Split, splitDataset } from '../../../simulations/evaluation/split.ts';
import { describeWithData } from '../../support/data.ts';

// Figures that other programs gave for the same protocol: full HR@10 and NDCG@10, sometimes the sampled ones too.
const TOLERANCE = 0.002;
const SAMPLED_TOLERANCE = 0.015; // Two draws of candidates differ by as much.

async function load(spec: string): Promise<Split> {
  return splitDataset(await loadDataset(spec), { holdout: 'last-item' });
}

function expectFigures(scorer: Scorer, split: Split, full: [number, number], sampled?: [number, number]): void {
  const found = evaluate(scorer, split, 1);
  expect(Math.abs(found.full['hr@10'] - full[0])).toBeLessThan(TOLERANCE);
  expect(Math.abs(found.full['ndcg@10'] - full[1])).toBeLessThan(TOLERANCE);
  if (sampled === undefined) return;
  expect(Math.abs(found.sampled['hr@10'] - sampled[0])).toBeLessThan(SAMPLED_TOLERANCE);
  expect(Math.abs(found.sampled['ndcg@10'] - sampled[1])).toBeLessThan(SAMPLED_TOLERANCE);
}

describeWithData('online-retail/online_retail.csv.gz', 'Online Retail', path => {
  it('gives the reference figures of popularity and EASE', { timeout: 300_000 }, async () => {
    const split = await load(`online-retail:${path}`);
    const evaluated = Array.from({ length: split.train.size }, (_, user) => user).filter(
      user => split.heldOut(user).length > 0,
    );
    expect(evaluated.length).toBe(4080);
    expect(evaluated.reduce((pairs, user) => pairs + split.train.items(user).length, 0)).toBe(262_123);
    expectFigures(popularity(split.train, split.itemCount), split, [0.035, 0.018], [0.435, 0.231]);
    expectFigures(ease(split.train, split.itemCount, 50), split, [0.187, 0.104], [0.605, 0.428]);
  });
});

// Many purchases here share their second with others, so figures of another order within a second do not compare.
describeWithData('movielens-100k/u.data', 'MovieLens-100K', path => {
  it('gives the figures of a NumPy program for popularity and EASE', async () => {
    const split = await load(`movielens:${path}`);
    expect(split.heldOutCount).toBe(943);
    expectFigures(popularity(split.train, split.itemCount), split, [0.0859, 0.0439], [0.4093, 0.2282]);
    expectFigures(ease(split.train, split.itemCount, 100), split, [0.1485, 0.0723], [0.6214, 0.3793]);
  });
});

describeWithData('movielens-1m/interactions.csv.gz', 'MovieLens-1M', path => {
  it('gives the figures of a NumPy program for popularity', async () => {
    const split = await load(`csv:${path}`);
    expect(split.heldOutCount).toBe(6040);
    expectFigures(popularity(split.train, split.itemCount), split, [0.0392, 0.0193], [0.4565, 0.2569]);
  });
});
