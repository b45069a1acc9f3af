import { UnsupportedMechanismError } from '../errors.ts';
import type { Adjacency, DiscreteLaplace, Laplace, RandomizedResponse } from '../mechanism.ts';
import { contributionsApart } from './sensitivity.ts';

/** The epsilon at delta = 0 of mechanisms that have one: the largest log ratio of probabilities. */
export function pureEpsilon(mechanism: Laplace | DiscreteLaplace | RandomizedResponse, adjacency: Adjacency): number {
  switch (mechanism.type) {
    case 'laplace':
      return contributionsApart(adjacency) / mechanism.noiseMultiplier;
    case 'discrete-laplace':
      return mechanism.noiseParameter * mechanism.sensitivity * contributionsApart(adjacency);
    case 'randomized-response': {
      const { told, other } = responseProbabilities(mechanism, adjacency);
      return Math.log(told / other);
    }
  }
  return mechanism satisfies never;
}

/** How likely the true value is told, and how likely each other one. */
export function responseProbabilities(
  { noiseParameter, buckets }: RandomizedResponse,
  adjacency: Adjacency,
): { readonly told: number; readonly other: number } {
  if (adjacency !== 'replace-one') {
    throw new UnsupportedMechanismError(
      'A randomised response always tells some value, so only replacing a user is defined for it. Use the adjacency replace-one.',
    );
  }
  const other = noiseParameter / buckets;
  return { told: 1 - noiseParameter + other, other };
}
