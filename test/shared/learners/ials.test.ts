import { describe, expect, it } from 'vitest';
import { toDense } from '../../../shared/aggregation/contribution.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { packedIndex, packedLength } from '../../../shared/linear-algebra/packed.ts';
import type { Model } from '../../../shared/model.ts';
import { bound, gridStep, isBounded } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { largestDifference, product, transpose } from '../linear-algebra/matrices.ts';
import { halfStep, inner, pooledLoss, type Vectors, vectorsOf } from './ials-oracle.ts';
import { bought, catalogueOf, deviceOf, norm, randomBaskets, rounds, train } from './in-memory.ts';

const SEED = 20_260_407;
const ITEMS = 26;
const USERS = 70;
const SETTINGS = { dimension: 5, unobservedWeight: 0.4, regularisation: 0.02, frequencyExponent: 0.9 };
const FORMS = ['gradient', 'exact'] as const;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(USERS, ITEMS, 10, SEED).map(items => [...items]);
const buyers = Array.from({ length: ITEMS }, (_, item) =>
  [...baskets.keys()].filter(user => baskets[user]!.includes(item)),
);

function setUp(options: Record<string, unknown>, histories: readonly Iterable<number>[] = baskets) {
  const learner = createLearner('ials', { ...SETTINGS, ...options }, catalogue);
  return { learner, devices: histories.map(items => deviceOf(learner, bought(items, catalogue))) };
}

function itemVectors(model: Model): Vectors {
  return vectorsOf(model.tensor('item.vectors'), SETTINGS.dimension);
}

describe('the rounds of ials', () => {
  it.each([
    ['gradient', 15 + 5 * ITEMS],
    ['exact', 15 + 20 * ITEMS],
  ])('count once, then train: %s', (form, length) => {
    const { learner, devices } = setUp({ form, rounds: 3 });
    const states = [...rounds(learner, devices, SEED)];
    const plans = states.map(state => learner.plan(state));
    expect(plans.at(-1)).toBeUndefined();
    expect(plans.slice(0, -1).map(plan => plan!.phase)).toEqual(['count', form, form, form]);
    expect(plans.slice(0, -1).map(plan => plan!.length)).toEqual([ITEMS, length, length, length]);
    const shares = states[1]!.model.tensor('item.shares');
    expect(
      largestDifference(
        shares,
        buyers.map(users => users.length / USERS),
      ),
    ).toBeLessThan(1e-7);
  });

  it.each(FORMS)('publish V^T V with every model: %s', form => {
    const { learner, devices } = setUp({ form, rounds: 2 });
    for (const { model } of [...rounds(learner, devices, SEED)].slice(1)) {
      const vectors = model.tensor('item.vectors');
      const expected = product(transpose(vectors, 5), vectors, ITEMS);
      expect(largestDifference(model.tensor('item.gramian'), expected)).toBeLessThan(1e-5);
    }
  });
});

describe('federated ALS is pooled ALS', () => {
  it('half-step for half-step in the exact form', () => {
    const { learner, devices } = setUp({ form: 'exact', rounds: 4, clipNorm: 32 });
    const [, ...states] = rounds(learner, devices, SEED);
    for (const [n, { model }] of states.slice(0, -1).entries()) {
      const users = halfStep(baskets, itemVectors(model), SETTINGS);
      const expected = halfStep(buyers, users, SETTINGS);
      expect(largestDifference(itemVectors(states[n + 1]!.model).flat(), expected.flat())).toBeLessThan(1e-4);
    }
  });

  it('the gradient form lowers the whole loss every round, to within 1 % of where the exact form ends', () => {
    const losses = FORMS.map(form => {
      const { learner, devices } = setUp({ form, rounds: 25 });
      const [, ...states] = rounds(learner, devices, SEED);
      return states.map(({ model }) => pooledLoss(baskets, itemVectors(model), SETTINGS));
    });
    for (const trace of losses) {
      // At the end nothing is left to gain but rounding.
      for (const [n, loss] of trace.slice(1).entries()) expect(loss).toBeLessThan(trace[n]! * (1 + 1e-6));
      for (const [n, loss] of trace.slice(1, 8).entries()) expect(loss).toBeLessThan(trace[n]!);
    }
    const [gradient, exact] = losses.map(trace => trace.at(-1)!);
    expect(gradient! / exact!).toBeLessThan(1.01);
    expect(exact! / losses[1]![0]!).toBeLessThan(0.9);
  });

  it.each(FORMS)('ends where a pooled step over all users and items moves nothing: %s', form => {
    const { learner, devices } = setUp({ form, rounds: 50 });
    const vectors = itemVectors(train(learner, devices, SEED).model);
    const moved = halfStep(buyers, halfStep(baskets, vectors, SETTINGS), SETTINGS);
    expect(largestDifference(moved.flat(), vectors.flat())).toBeLessThan(1e-3);
  });

  it('scores by the inner products with the solved user vector', () => {
    const { learner, devices } = setUp({ rounds: 3, recency: 0 });
    const { model } = train(learner, devices, SEED);
    const vectors = itemVectors(model);
    const users = halfStep(baskets, vectors, SETTINGS);
    for (const [user, device] of devices.entries()) {
      const expected = vectors.map(vector => inner(vector, users[user]!));
      expect(largestDifference(learner.scores(model, device), expected)).toBeLessThan(1e-4);
    }
  });
});

describe.each(FORMS)('a contribution of ials, %s', form => {
  const { learner, devices } = setUp({ form, rounds: 2 });
  const state = [...rounds(learner, devices, SEED)][2]!;
  const plan = learner.plan(state)!;
  const dense = (items: readonly number[]) => {
    const device = deviceOf(learner, bought(items, catalogue));
    const contribution = bound(learner.contribute(plan, state.model, device, seededRandom(1)), plan.clipNorm);
    return Float64Array.from(toDense(contribution), value => value * gridStep(plan.clipNorm));
  };

  it('is u u^T once, and for each bought item its share of the statistics, 0 for all others', () => {
    const items = [3, 19, 8];
    const vectors = itemVectors(state.model);
    const [user] = halfStep([items], vectors, SETTINGS) as [number[]];
    const square = new Float64Array(packedLength(5));
    for (let row = 0; row < 5; row++) {
      for (let column = row; column < 5; column++) square[packedIndex(5, row, column)] = user[row]! * user[column]!;
    }
    const expected = new Float64Array(plan.length);
    expected.set(square);
    for (const item of items) {
      const residual = form === 'gradient' ? 1 - inner(user, vectors[item]!) : 1;
      expected.set(
        user.map(value => residual * value),
        15 + 5 * item,
      );
      if (form === 'exact') expected.set(square, 15 + 5 * ITEMS + 15 * item);
    }
    expect(largestDifference(dense(items), expected)).toBeLessThan(1e-4);
    expect(dense(items).filter(value => value !== 0).length).toBeLessThanOrEqual(15 + 3 * (form === 'exact' ? 20 : 5));
  });

  it('keeps nothing on the device', () => {
    expect(learner.personal).toEqual([]);
    expect(devices.every(({ personal }) => personal.length === 0)).toBe(true);
  });

  it('of an empty history is nothing', () => {
    expect(dense([])).toEqual(new Float64Array(plan.length));
  });

  it('is clipped to the norm that the plan gives', () => {
    const tight = setUp({ form, rounds: 2, clipNorm: 0.05 });
    let clipped = 0;
    for (const state of [...rounds(tight.learner, tight.devices, SEED)].slice(0, -1)) {
      const plan = tight.learner.plan(state)!;
      for (const device of tight.devices) {
        const contribution = tight.learner.contribute(plan, state.model, device, seededRandom(1));
        if (norm(contribution) > 0.05) clipped++;
        expect(isBounded(bound(contribution, plan.clipNorm))).toBe(true);
      }
    }
    expect(clipped).toBeGreaterThan(50);
  });
});
