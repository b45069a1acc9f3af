import { UnsupportedMechanismError } from '../errors.ts';
import { sensitivitySquared } from '../matrix-factorization/sensitivity.ts';
import type { Adjacency, Mechanism } from '../mechanism.ts';
import { contributionsApart } from './sensitivity.ts';
import { brent, logNormalCdf, logSubExp } from './special-functions.ts';

/**
 * The squared distance mu^2, in standard deviations, of the two unit Gaussians that a composition of Gaussian mechanisms
 * is as hard to tell apart as (Dong, Roth and Su 2022, corollary 3.3: mu^2 adds up); undefined if anything in it is not Gaussian.
 */
export function gaussianDistanceSquared(mechanism: Mechanism, adjacency: Adjacency): number | undefined {
  const apart = contributionsApart(adjacency);
  switch (mechanism.type) {
    case 'gaussian':
      return (apart / mechanism.noiseMultiplier) ** 2;
    case 'matrix-factorization':
      return sensitivitySquared(mechanism.strategy, mechanism) * (apart / mechanism.noiseMultiplier) ** 2;
    case 'repeated': {
      const once = gaussianDistanceSquared(mechanism.mechanism, adjacency);
      return once === undefined ? undefined : mechanism.count * once;
    }
    case 'composed':
      return mechanism.mechanisms.reduce<number | undefined>((sum, part) => {
        const square = gaussianDistanceSquared(part, adjacency);
        return sum === undefined || square === undefined ? undefined : sum + square;
      }, 0);
    case 'laplace':
    case 'discrete-gaussian':
    case 'discrete-laplace':
    case 'distributed-discrete-gaussian':
    case 'skellam':
    case 'randomized-response':
    case 'poisson-sampled':
    case 'sampled-without-replacement':
    case 'private-selection':
      return undefined;
  }
  return mechanism satisfies never;
}

/** The smallest epsilon of Gaussian mechanisms, exactly (Balle and Wang 2018, arXiv 1805.06530, theorem 8). */
export function exactEpsilon(mechanism: Mechanism, delta: number, adjacency: Adjacency): number {
  const mu = distance(mechanism, adjacency);
  const logDelta = Math.log(delta);
  if (mu === 0 || logDeltaOfGaussian(mu, 0) <= logDelta) return 0;
  // There the first of the two terms of delta(epsilon) is at most delta / 2: Phi(-t) <= exp(-t^2 / 2) / 2.
  const enough = (mu * mu) / 2 + mu * Math.sqrt(-2 * logDelta);
  const epsilon = brent(epsilon => logDeltaOfGaussian(mu, epsilon) - logDelta, 0, enough);
  return Number.isNaN(epsilon) ? Infinity : epsilon;
}

/** The smallest delta of Gaussian mechanisms, exactly. */
export function exactDelta(mechanism: Mechanism, epsilon: number, adjacency: Adjacency): number {
  const mu = distance(mechanism, adjacency);
  if (mu === 0) return 0;
  const delta = Math.exp(logDeltaOfGaussian(mu, epsilon));
  return Number.isNaN(delta) ? 1 : delta;
}

/** delta(epsilon) = Phi(mu/2 - epsilon/mu) - e^epsilon Phi(-mu/2 - epsilon/mu). */
function logDeltaOfGaussian(mu: number, epsilon: number): number {
  return logSubExp(logNormalCdf(mu / 2 - epsilon / mu), epsilon + logNormalCdf(-mu / 2 - epsilon / mu));
}

function distance(mechanism: Mechanism, adjacency: Adjacency): number {
  const square = gaussianDistanceSquared(mechanism, adjacency);
  if (square === undefined) {
    throw new UnsupportedMechanismError(
      'The exact accountant knows Gaussian noise on every contribution, and compositions of it, alone. Use pld or rdp.',
    );
  }
  return Math.sqrt(square);
}
