import { describe, expect, it } from 'vitest';
import { toDense } from '../../../shared/aggregation/contribution.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { bound, gridStep } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { bought, catalogueOf, deviceOf, norm, pooledGram, randomBaskets, rounds } from './in-memory.ts';

const SEED = 20_260_409;
const ITEMS = 18;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(90, ITEMS, 9, SEED);
const gram = pooledGram(baskets, ITEMS);

function setUp(options: Record<string, unknown>) {
  const learner = createLearner('spectral', options, catalogue);
  return { learner, devices: baskets.map(items => deviceOf(learner, bought(items, catalogue))) };
}

describe('contributions of spectral', () => {
  const options = { columns: 4, subspaceRounds: 2, neighbourRounds: 2, popularityExponent: 0.2 };
  const { learner, devices } = setUp(options);
  const states = [...rounds(learner, devices, SEED)].slice(0, -1);

  it('keep the norms that are promised', () => {
    const scales = Float64Array.from({ length: ITEMS }, (_, item) => Math.max(1, gram[item * (ITEMS + 1)]!) ** -0.2);
    for (const state of states) {
      const plan = learner.plan(state)!;
      for (const device of devices) {
        const { items } = device.history;
        const most = {
          count: Math.sqrt(items.length),
          subspace: items.reduce((sum, item) => sum + scales[item]! ** 2, 0),
          neighbours: Math.sqrt(items.length * 4),
        }[plan.phase]!;
        const size = norm(learner.contribute(plan, state.model, device, seededRandom(1)));
        expect(size).toBeLessThanOrEqual(most * (1 + 1e-5));
      }
    }
  });

  it('add up to the co-purchases of the candidate pairs, each pair once over all rounds', () => {
    const pairs = new Set<string>();
    for (const state of states) {
      const plan = learner.plan(state)!;
      if (plan.phase !== 'neighbours') continue;
      const candidates = state.model.tensor('row.candidates');
      const sum = new Float64Array(plan.length);
      for (const device of devices) {
        const dense = toDense(bound(learner.contribute(plan, state.model, device, seededRandom(1)), plan.clipNorm));
        for (let at = 0; at < sum.length; at++) sum[at]! += dense[at]! * gridStep(plan.clipNorm);
      }
      for (const [at, total] of sum.entries()) {
        const [row, other] = [Math.floor(at / 4), candidates[at]!];
        expect(total).toBeCloseTo(other < 0 ? 0 : gram[row * ITEMS + other]!, 4);
        if (other >= 0) pairs.add(`${Math.min(row, other)}-${Math.max(row, other)}`);
        expect(other).not.toBe(row);
      }
    }
    const asked = states.flatMap(({ model }) =>
      model.specs.some(({ name }) => name === 'row.candidates') ? [...model.tensor('row.candidates')] : [],
    );
    expect(pairs.size).toBe(asked.filter(other => other >= 0).length);
    expect(pairs.size).toBeGreaterThan(100);
  });
});

describe('noise on the sums of spectral', () => {
  it.each([0.3, 3, 30, 1e3, 1e6])('of standard deviation %d never stops it, and scores stay finite', noise => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const options = { columns: 6, subspaceRounds: 2, neighbourRounds: 2 };
      const { learner, devices } = setUp(options);
      const [, ...states] = rounds(learner, devices, seed, { noise });
      for (const { model } of states) {
        for (const items of [[], [0], [3, 17, 5, 8], [...Array(ITEMS).keys()]]) {
          const scores = learner.scores(model, deviceOf(learner, bought(items, catalogue)));
          expect(scores.every(Number.isFinite), `seed ${seed}`).toBe(true);
        }
      }
    }
  });
});
