import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import { bound } from '../../../shared/privacy/bound.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { bought, catalogueOf, deviceOf, norm, train } from './in-memory.ts';

describe('popularity', () => {
  const catalogue = catalogueOf(40);
  const random = seededRandom(1);

  it('counts the devices that bought an item, exactly, in one round', () => {
    const learner = createLearner('popularity', {}, catalogue);
    const histories = [[3, 3, 5], [5], [], [5, 39, 0, 5]];
    const devices = histories.map(items => deviceOf(learner, bought(items, catalogue)));
    const state = train(learner, devices, 1);
    const expected = new Float32Array(40);
    expected.set([1, 0, 0, 1, 0, 3]);
    expected[39] = 1;
    expect(state.round).toBe(1);
    expect(learner.plan(state)).toBeUndefined();
    expect(learner.scores(state.model, devices[0]!)).toEqual(expected);
  });

  it('scales a long history down to the bound', () => {
    const learner = createLearner('popularity', { clipNorm: 3 }, catalogue);
    const state = learner.init(random);
    const plan = learner.plan(state)!;
    const device = deviceOf(learner, bought(Array(16).keys(), catalogue));
    const contribution = learner.contribute(plan, state.model, device, random);
    expect(norm(contribution)).toBe(4);
    const [part] = bound(contribution, plan.clipNorm).parts;
    const units = Array.from(part!.values, value => (value * plan.clipNorm) / 2 ** 30);
    for (const unit of units) expect(unit).toBeCloseTo(3 / 4, 8);
  });

  it('leaves the state that it folds as it was', () => {
    const learner = createLearner('popularity', {}, catalogue);
    const state = learner.init(random);
    learner.fold(state, learner.plan(state)!, {
      sum: new Float64Array(40).fill(7),
      expectedContributions: 9,
      noiseDeviation: 0,
    });
    expect(state).toEqual(learner.init(random));
  });
});
