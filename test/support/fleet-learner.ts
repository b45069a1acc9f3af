import type { Learner, Release } from '../../shared/learners/learner.ts';
import { Model } from '../../shared/model.ts';

/** An irrational bound, so that the grid step is no round number. */
export const CLIP_NORM = Math.SQRT2;

/** A learner of so many rounds that keeps the sums it is given; its model counts them. */
export function summingLearner(rounds: number, length: number): Learner & { readonly releases: Release[] } {
  const releases: Release[] = [];
  return {
    name: 'summing',
    personal: [],
    rounds,
    releases,
    init: () => ({ round: 0, model: counter(0), memory: new Model([]) }),
    plan: ({ round }) => (round < rounds ? { phase: 'sum', length, clipNorm: CLIP_NORM, parameters: {} } : undefined),
    contribute: () => unused(),
    fold({ round, memory }, _plan, release) {
      releases.push(release);
      return { round: round + 1, model: counter(round + 1), memory };
    },
    scores: () => unused(),
  };
}

function counter(round: number): Model {
  return new Model([{ name: 'round', shape: [1] }], Float32Array.of(round));
}

function unused(): never {
  throw new Error('The device half is the scripted fleet.');
}
