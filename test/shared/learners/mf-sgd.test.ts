import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import type { Learner } from '../../../shared/learners/learner.ts';
import { Model } from '../../../shared/model.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { evaluate } from '../../../simulations/evaluation/evaluate.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import { describeWithData } from '../../support/data.ts';
import { bought, catalogueOf, deviceOf, PLANTED_ITEMS, plantedShoppers, precision, train } from './in-memory.ts';

const SEED = 20_261_122;

function create(options: Record<string, unknown>, items: number): Learner {
  return createLearner('mf', { solver: 'sgd', ...options }, catalogueOf(items));
}

describe('mf by gradient descent', () => {
  it('learns what shoppers have in common', () => {
    const shoppers = plantedShoppers(150, SEED);
    const learner = create({ dimension: 8, rounds: 30 }, PLANTED_ITEMS);
    const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogueOf(PLANTED_ITEMS))));
    const { model } = train(learner, devices, SEED);
    const precisions = shoppers.map((shopper, user) => {
      const newcomer = deviceOf(learner, devices[user]!.history);
      learner.personalise!(model, newcomer, seededRandom(SEED, user));
      return precision(learner.scores(model, newcomer), shopper);
    });
    expect(precisions.reduce((sum, value) => sum + value, 0) / shoppers.length).toBeGreaterThan(0.8);
  });

  it('contributes how the items moved: one purchase and one negative by hand', () => {
    const [learningRate, itemRegularisation] = [0.5, 0.1];
    const learner = create({ dimension: 3, negatives: 1, learningRate, itemRegularisation }, 2);
    const state = learner.init(seededRandom(SEED));
    const model = new Model([
      { name: 'item.vectors', shape: [2, 3] },
      { name: 'item.biases', shape: [2] },
    ]);
    const w = [0.3, -0.2, 0.7];
    const v = [0.4, 0.6, -0.1];
    const [c, b] = [0.25, -0.5];
    model.values.set([...w, ...v, c, b]);
    const device = deviceOf(learner, bought([1], catalogueOf(2)));
    const { parts } = learner.contribute(learner.plan(state)!, model, device, seededRandom(SEED));
    // The user vector begins at zero, so that the purchase pulls it to its item and the item but shrinks.
    const pull = learningRate * (1 - sigmoid(b));
    const user = v.map(value => pull * value);
    const push = -learningRate * sigmoid(w.reduce((sum, value, k) => sum + value * user[k]!, c));
    const shrink = learningRate * itemRegularisation;
    const [vectors, biases] = parts;
    expect([...vectors!.rows]).toEqual([1, 0]);
    expect(biases!.rows).toEqual(vectors!.rows);
    expectClose(vectors!.values, [
      ...v.map(value => -shrink * value),
      ...w.map((value, k) => push * user[k]! - shrink * value),
    ]);
    expectClose(biases!.values, [pull, push]);
    expectClose(
      device.personal,
      user.map((value, k) => (1 - shrink) * value + push * w[k]!),
    );
  });

  it('does the same with the same random numbers, whatever device came before it', () => {
    const learner = create({ dimension: 5, localSteps: 3 }, PLANTED_ITEMS);
    const state = learner.init(seededRandom(SEED));
    const contribute = (items: number[]) => {
      const device = deviceOf(learner, bought(items, catalogueOf(PLANTED_ITEMS)));
      const { parts } = learner.contribute(learner.plan(state)!, state.model, device, seededRandom(SEED));
      return { personal: device.personal, parts: structuredClone(parts) };
    };
    const first = contribute([4, 8, 15]);
    contribute([16, 23, 42, 8, 0, 59]);
    expect(contribute([4, 8, 15])).toEqual(first);
  });
});

describeWithData('movielens-100k/u.data', 'mf by gradient descent on MovieLens-100K', path => {
  it('ranks well above popularity after 10 rounds', async () => {
    const dataset = await loadDataset(`movielens:${path}`);
    const split = splitDataset(dataset, { holdout: 'last-item' });
    const learner = createLearner('mf', { solver: 'sgd', rounds: 10 }, dataset.catalogue);
    const devices = Array.from({ length: split.users.length }, (_, user) =>
      deviceOf(learner, split.train.history(user)),
    );
    const { model } = train(learner, devices, SEED);
    const { full } = evaluate(
      user => {
        learner.personalise!(model, devices[user]!, seededRandom(SEED, user));
        return learner.scores(model, devices[user]!);
      },
      split,
      SEED,
    );
    // Popularity has 0.086 and 0.044.
    expect(full['hr@10']).toBeGreaterThan(0.11);
    expect(full['ndcg@10']).toBeGreaterThan(0.055);
  });
});

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function expectClose(found: Float32Array, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [k, value] of wanted.entries()) expect(found[k]).toBeCloseTo(value, 6);
}
