import { expect, it } from 'vitest';
import type { Learner } from '../../../shared/learners/learner.ts';
import { Model } from '../../../shared/model.ts';
import { mostRecent } from '../../../simulations/evaluation/history-length.ts';
import { VirtualDevices } from '../../../simulations/simulate/virtual-devices.ts';
import { smallDataset } from '../evaluation/small-dataset.ts';

/** Scores tell what the device was given: its personal number, how often it was fitted since, and its items. */
const learner: Learner = {
  name: 'telltale',
  personal: [{ name: 'number', shape: [1] }],
  rounds: 0,
  init: () => ({ round: 0, model: new Model([]), memory: new Model([]) }),
  plan: () => undefined,
  contribute: ({ length }) => ({ length, parts: [] }),
  fold: state => state,
  personalise: (_model, { personal }) => {
    personal[0]! += 0.5;
  },
  scores: (_model, { personal, history }) => Float32Array.of(personal[0]!, ...history.items),
};

it('a newcomer begins without personal state and leaves none behind', () => {
  const { population, users } = smallDataset([[[0, 0]], [1, 2, 3].map(item => [item, item] as const)], 4);
  const devices = new VirtualDevices(learner, population, users, 1);
  devices.setPersonal(1, Float32Array.of(7));
  const model = new Model([]);
  const newcomer = devices.newcomerScorer(model);
  const settled = devices.scorer(model);
  expect([...newcomer(1, mostRecent(population.history(1), 2))]).toEqual([0.5, 2, 3]);
  expect([...newcomer(1, population.history(1))]).toEqual([0.5, 1, 2, 3]);
  expect([...settled(1)]).toEqual([7.5, 1, 2, 3]);
  expect([...settled(1)]).toEqual([7.5, 1, 2, 3]);
});
