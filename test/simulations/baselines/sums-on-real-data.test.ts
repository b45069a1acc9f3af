import { expect, it } from 'vitest';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { packedIndex } from '../../../shared/linear-algebra/packed.ts';
import { bound, gridStep } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { coPurchases, ease } from '../../../simulations/baselines/ease.ts';
import { trainPooled } from '../../../simulations/baselines/pooled.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { evaluate } from '../../../simulations/evaluation/evaluate.ts';
import type { Scorer } from '../../../simulations/evaluation/scorer.ts';
import { type Split, splitDataset } from '../../../simulations/evaluation/split.ts';
import { deviceOf, train } from '../../shared/learners/in-memory.ts';
import { describeWithData } from '../../support/data.ts';

async function load(spec: string) {
  const dataset = await loadDataset(spec);
  return { dataset, split: splitDataset(dataset, { holdout: 'last-item' }) };
}

type Loaded = Awaited<ReturnType<typeof load>>;

function federated(name: string, options: object, { dataset, split }: Loaded): { scorer: Scorer; rounds: number } {
  const learner = createLearner(name, options, dataset.catalogue);
  const devices = dataset.users.map((_, user) => deviceOf(learner, split.train.history(user)));
  const { model, round } = train(learner, devices, 1);
  return { scorer: user => learner.scores(model, devices[user]!), rounds: round };
}

const full = (scorer: Scorer, split: Split) => evaluate(scorer, split, 1).full;

describeWithData('movielens-100k/u.data', 'learners that are sums, on MovieLens-100K', path => {
  it('ease is pooled EASE, to the last digits of float32', async () => {
    const loaded = await load(`movielens:${path}`);
    const { scorer, rounds } = federated('ease', { recency: 0, popularityPrior: 0 }, loaded);
    const pooled = ease(loaded.split.train, loaded.split.itemCount);
    expect(rounds).toBe(1);
    for (let user = 0; user < 943; user += 41) {
      const expected = pooled(user);
      const scores = scorer(user);
      for (let item = 0; item < scores.length; item++) {
        expect(Math.abs(scores[item]! - expected[item]!)).toBeLessThan(1e-6);
      }
    }
    const [ours, theirs] = [full(scorer, loaded.split), full(pooled, loaded.split)];
    expect(Math.abs(ours['ndcg@10'] - theirs['ndcg@10'])).toBeLessThan(5e-4);
  });

  it('ials reaches what pooled ALS reaches, in 9 rounds, and HR@10 0.165 / NDCG@10 0.085', async () => {
    const loaded = await load(`movielens:${path}`);
    const { scorer, rounds } = federated('ials', {}, loaded);
    const ours = full(scorer, loaded.split);
    const pooled = await trainPooled('ials', {}, loaded.split.train, loaded.dataset.catalogue, 1);
    expect(rounds).toBe(9);
    expect(ours['hr@10']).toBeGreaterThan(0.165);
    expect(ours['ndcg@10']).toBeGreaterThan(0.085);
    expect(ours['ndcg@10'] / full(pooled, loaded.split)['ndcg@10']).toBeGreaterThan(0.93);
  });

  it('spectral keeps 93 % of ease in 6 rounds of 64 columns', async () => {
    const loaded = await load(`movielens:${path}`);
    const { scorer, rounds } = federated('spectral', {}, loaded);
    const reference = full(federated('ease', {}, loaded).scorer, loaded.split);
    expect(rounds).toBe(6);
    expect(full(scorer, loaded.split)['ndcg@10'] / reference['ndcg@10']).toBeGreaterThan(0.93);
  });
});

describeWithData('online-retail/online_retail.csv.gz', 'the sum of ease on Online Retail', path => {
  it('is the Gram matrix of the pooled histories, exactly', async () => {
    const { dataset, split } = await load(`online-retail:${path}`);
    const items = dataset.catalogue.size;
    const learner = createLearner('ease', {}, dataset.catalogue);
    const state = learner.init(seededRandom(1));
    const plan = learner.plan(state)!;
    const sum = new IntegerSum(plan.length);
    for (let user = 0; user < split.train.size; user++) {
      const device = deviceOf(learner, split.train.history(user));
      sum.add(bound(learner.contribute(plan, state.model, device, seededRandom(1)), plan.clipNorm));
    }
    const totals = sum.dequantise(gridStep(plan.clipNorm));
    const gram = coPurchases(split.train, items);
    let different = 0;
    for (let row = 0; row < items; row++) {
      for (let column = row; column < items; column++) {
        if (totals[packedIndex(items, row, column)] !== gram[row * items + column]) different++;
      }
    }
    expect(different).toBe(0);
  });
});
