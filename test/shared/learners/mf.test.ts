import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import type { DeviceData } from '../../../shared/learners/learner.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import {
  bought,
  catalogueOf,
  copyOf,
  deviceOf,
  norm,
  PLANTED_ITEMS,
  plantedShoppers,
  precision,
  train,
} from './in-memory.ts';

const SEED = 20_260_401;
const catalogue = catalogueOf(PLANTED_ITEMS);
const shoppers = plantedShoppers(150, SEED);
/** Fewer negatives than there are items, so that they are drawn. */
const SMALL = { dimension: 8, rounds: 30, negatives: 20 };

function setUp(options: Record<string, unknown>) {
  const learner = createLearner('mf', { ...SMALL, ...options }, catalogue);
  return { learner, devices: shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogue))) };
}

/** The mean precision of what is recommended. */
function quality(scores: (user: number) => Float32Array): number {
  const total = shoppers.reduce((sum, shopper, user) => sum + precision(scores(user), shopper), 0);
  return total / shoppers.length;
}

function popularityQuality(): number {
  const learner = createLearner('popularity', {}, catalogue);
  const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogue)));
  const { model } = train(learner, devices, SEED);
  return quality(user => learner.scores(model, devices[user]!));
}

describe('matrix factorisation learns what shoppers have in common', () => {
  const bar = popularityQuality();
  it.each(['bce', 'softmax'])('with %s', loss => {
    const { learner, devices } = setUp({ loss });
    const { model } = train(learner, devices, SEED);
    const kept = quality(user => learner.scores(model, devices[user]!));
    const fitted = quality(user => {
      const newcomer = deviceOf(learner, devices[user]!.history);
      learner.personalise!(model, newcomer, seededRandom(SEED, 'personalise', user));
      return learner.scores(model, newcomer);
    });
    expect(bar).toBeLessThan(0.4);
    expect(kept).toBeGreaterThan(0.8);
    expect(fitted).toBeGreaterThan(0.8);
  });
});

describe('a device of matrix factorisation', () => {
  const { learner } = setUp({ localSteps: 2 });
  const state = learner.init(seededRandom(SEED));
  const plan = learner.plan(state)!;
  const contribute = (items: Iterable<number>, seed = 1) => {
    const device = deviceOf(learner, bought(items, catalogue));
    const contribution = copyOf(learner.contribute(plan, state.model, device, seededRandom(seed)));
    return { device, contribution };
  };

  it('contributes to distinct rows of both tensors, the bought ones among them, within the plan', () => {
    const { contribution } = contribute([7, 59, 0]);
    const [vectors, biases] = contribution.parts;
    expect(contribution.length).toBe(plan.length);
    expect(contribution.parts.length).toBe(2);
    expect(vectors).toMatchObject({ offset: 0, width: 8 });
    expect(biases).toMatchObject({ offset: PLANTED_ITEMS * 8, width: 1 });
    for (const { rows, values, width } of contribution.parts) {
      expect(new Set(rows).size).toBe(rows.length);
      expect(values.length).toBe(rows.length * width);
      expect([...rows]).toEqual(expect.arrayContaining([7, 59, 0]));
      expect(rows.every(row => row >= 0 && row < PLANTED_ITEMS)).toBe(true);
    }
    // What was bought rises in the first steps, what was drawn as negative falls.
    const up = Array.from(biases!.rows).filter((_, r) => biases!.values[r]! > 0);
    expect(up.toSorted((a, b) => a - b)).toEqual([0, 7, 59]);
  });

  it('leaves the model as it is', () => {
    const before = state.model.clone();
    const { device } = contribute([1, 2, 3]);
    learner.personalise!(state.model, device, seededRandom(2));
    expect(state.model).toEqual(before);
  });

  it('does the same with the same random numbers, whatever device came before it', () => {
    const first = contribute([4, 8, 15], 3);
    contribute([16, 23, 42], 4);
    expect(contribute([4, 8, 15], 3)).toEqual(first);
    expect(contribute([4, 8, 15], 5)).not.toEqual(first);
  });

  it.each([
    ['nothing', 0],
    ['everything', PLANTED_ITEMS],
  ])('adds nothing if it bought %s, and still recommends', (_, count) => {
    const { device, contribution } = contribute(Array(count).keys());
    expect(contribution.length).toBe(plan.length);
    expect(norm(contribution)).toBe(0);
    learner.personalise!(state.model, device, seededRandom(1));
    expect(learner.scores(state.model, device).every(Number.isFinite)).toBe(true);
  });
});

describe('personalise', () => {
  const trained = setUp({});
  const { learner } = trained;
  const { model } = train(learner, trained.devices, SEED);

  /** Mean cross-entropy of the history against all other items, both halves weighted alike. */
  function localLoss(device: DeviceData): number {
    const scores = learner.scores(model, device);
    const means = [true, false].map(own => {
      const items = Array.from(scores.keys()).filter(item => device.history.items.includes(item) === own);
      const losses = items.map(item => Math.log1p(Math.exp(own ? -scores[item]! : scores[item]!)));
      return losses.reduce((sum, loss) => sum + loss, 0) / items.length;
    });
    return means[0]! + means[1]!;
  }

  it('lowers the loss of a device that never trained, to that of one which did', () => {
    for (const [user, { history, personal }] of trained.devices.entries()) {
      const fresh = deviceOf(learner, history);
      const before = localLoss(fresh);
      learner.personalise!(model, fresh, seededRandom(SEED, user));
      expect(localLoss(fresh)).toBeLessThan(before);
      expect(localLoss(fresh)).toBeLessThan(localLoss({ history, personal }) + 0.3);
    }
  });

  it('depends on the model and the history, not on what was kept from before', () => {
    const { history, personal } = trained.devices[0]!;
    const [fresh, kept] = [deviceOf(learner, history), { history, personal: personal.slice() }];
    for (const device of [fresh, kept]) learner.personalise!(model, device, seededRandom(9));
    expect(kept.personal).toEqual(fresh.personal);
  });
});

describe('a run of matrix factorisation', () => {
  const short = { rounds: 3 };

  it('gives the same bits for the same seed', () => {
    const [once, again] = [setUp(short), setUp(short)];
    expect(train(once.learner, once.devices, SEED)).toEqual(train(again.learner, again.devices, SEED));
    expect(once.devices).toEqual(again.devices);
    const other = setUp(short);
    expect(train(other.learner, other.devices, SEED + 1)).not.toEqual(train(again.learner, again.devices, SEED));
  });

  it('gives the same bits whether contributions are sparse or dense', () => {
    const [sparse, whole] = [setUp(short), setUp(short)];
    expect(train(sparse.learner, sparse.devices, SEED)).toEqual(train(whole.learner, whole.devices, SEED, true));
  });

  it('ends after its rounds, and folds without touching the state before', () => {
    const { learner } = setUp(short);
    let state = learner.init(seededRandom(1));
    for (let round = 0; round < 3; round++) {
      const plan = learner.plan(state)!;
      const before = structuredClone({ model: state.model.values, memory: state.memory.values });
      const next = learner.fold(state, plan, {
        sum: new Float64Array(plan.length).fill(0.5),
        expectedContributions: 7,
        noiseDeviation: 0,
      });
      expect({ model: state.model.values, memory: state.memory.values }).toEqual(before);
      expect(next.round).toBe(state.round + 1);
      expect(next.model.values).not.toEqual(state.model.values);
      state = next;
    }
    expect(learner.plan(state)).toBeUndefined();
  });

  it('holds the server learning rate for half of the rounds, then takes it down to 0', () => {
    const { learner } = setUp({ rounds: 4, serverLearningRate: 1 });
    let state = learner.init(seededRandom(1));
    const steps: number[] = [];
    for (let plan = learner.plan(state); plan !== undefined; plan = learner.plan(state)) {
      const before = state.model.tensor('item.biases')[0]!;
      state = learner.fold(state, plan, {
        sum: new Float64Array(plan.length).fill(1),
        expectedContributions: 1,
        noiseDeviation: 0,
      });
      steps.push(state.model.tensor('item.biases')[0]! - before);
    }
    // Adam's step along a mean that stays the same is the learning rate.
    for (const [round, step] of [1, 1, 0.75, 0.25].entries()) expect(steps[round]).toBeCloseTo(step, 5);
  });

  it('divides by the contributions that were expected', () => {
    const { learner } = setUp({ ...short, serverLearningRate: 2, epsilon: 1 });
    const state = learner.init(seededRandom(1));
    const plan = learner.plan(state)!;
    const next = learner.fold(state, plan, {
      sum: new Float64Array(plan.length).fill(3),
      expectedContributions: 8,
      noiseDeviation: 0,
    });
    const moved = next.model.tensor('item.biases');
    // Adam's first step along a mean m is learningRate m / (|m| + epsilon).
    for (const step of moved) expect(step).toBeCloseTo((2 * (3 / 8)) / (3 / 8 + 1), 6);
  });
});
