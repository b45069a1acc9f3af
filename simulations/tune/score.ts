import { contributionsApart } from '../../shared/privacy/accountants/sensitivity.ts';
import type { Adjacency, Mechanism } from '../../shared/privacy/mechanism.ts';
import { DiscreteGaussianSampler } from '../../shared/privacy/noise/discrete-gaussian.ts';
import type { Random } from '../../shared/random/random.ts';
import type { Ranks } from '../evaluation/evaluate.ts';
import { hitRate } from '../evaluation/metrics.ts';

/**
 * The users with a held-out item among the first 10. Whether a user is one depends on the model, which the run has released,
 * and on the user's own history and personal state; so one user more or less, or with other data, moves the sum by at most 1.
 * That the state tells in which secret cohorts a user was takes nothing from their amplification: given those of all others,
 * the hit is 0 or 1 whatever the user's own were.
 */
export function hitsOf({ users, offsets, full }: Ranks): number {
  let hits = 0;
  for (let n = 0; n < users.length; n++) hits += hitRate(full.subarray(offsets[n], offsets[n + 1]), 10);
  return hits;
}

/**
 * What telling the hits costs, with discrete Gaussian noise of this sigma. A contribution is 0 or 1: nobody's data in place of
 * another's move the sum by more than adding a user does, so the bound of a contribution, which accountants double for
 * replacement, is then 1/2, around 1/2.
 */
export function scoreMechanism(sigma: number, adjacency: Adjacency): Mechanism {
  return { type: 'discrete-gaussian', sigma, sensitivity: 1 / contributionsApart(adjacency), dimension: 1 };
}

export function noisyHits(hits: number, sigma: number, random: Random): number {
  return hits + new DiscreteGaussianSampler(sigma).sample(random);
}
