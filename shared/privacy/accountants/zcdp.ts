import { UnsupportedMechanismError } from '../errors.ts';
import { sensitivitySquared } from '../matrix-factorization/sensitivity.ts';
import type { Adjacency, Mechanism } from '../mechanism.ts';
import { distributedDiscreteGaussianBounds } from './distributed-discrete-gaussian.ts';
import { pureEpsilon } from './pure.ts';
import { contributionsApart } from './sensitivity.ts';
import { brent } from './special-functions.ts';

/** The smallest rho known for which a mechanism is rho-zCDP (Bun and Steinke 2016, arXiv 1605.02065). */
export function zcdpRho(mechanism: Mechanism, adjacency: Adjacency): number {
  const apart = contributionsApart(adjacency);
  switch (mechanism.type) {
    case 'gaussian':
      return apart ** 2 / (2 * mechanism.noiseMultiplier ** 2);
    case 'discrete-gaussian':
      // Canonne, Kamath and Steinke 2020, theorem 14: in any dimension what the continuous one has.
      return (mechanism.sensitivity * apart) ** 2 / (2 * mechanism.sigma ** 2);
    case 'distributed-discrete-gaussian':
      return distributedDiscreteGaussianBounds(mechanism, adjacency).rho;
    case 'matrix-factorization':
      return (sensitivitySquared(mechanism.strategy, mechanism) * apart ** 2) / (2 * mechanism.noiseMultiplier ** 2);
    case 'laplace':
    case 'discrete-laplace':
    case 'randomized-response':
      return pureEpsilon(mechanism, adjacency) ** 2 / 2;
    case 'repeated':
      return mechanism.count * zcdpRho(mechanism.mechanism, adjacency);
    case 'composed':
      return mechanism.mechanisms.reduce((sum, part) => sum + zcdpRho(part, adjacency), 0);
    case 'skellam':
    case 'poisson-sampled':
    case 'sampled-without-replacement':
      throw new UnsupportedMechanismError(
        `zCDP has no useful bound for ${mechanism.type}: its Renyi divergence is not linear in the order. Use rdp or pld.`,
      );
    case 'private-selection':
      throw new UnsupportedMechanismError('zCDP has no bound for private selection. Use rdp.');
  }
  return mechanism satisfies never;
}

/**
 * rho-zCDP as (epsilon, delta), by the best of all real orders: epsilon = min over a > 1 of
 * rho a + log(1 - 1/a) - log(delta a) / (a - 1) (Canonne, Kamath and Steinke 2020, arXiv 2004.00010, proposition 12).
 */
export function zcdpEpsilon(mechanism: Mechanism, delta: number, adjacency: Adjacency): number {
  const rho = zcdpRho(mechanism, adjacency);
  const logDelta = Math.log(delta);
  if (rho === 0) return 0;
  // The derivative over a is zero where rho t^2 + log(delta (1 + t)) is, with t = a - 1; it grows with t.
  const slope = (t: number): number => rho * t * t + logDelta + Math.log1p(t);
  const t = brent(slope, 0, Math.sqrt(-logDelta / rho));
  const epsilon = rho * (1 + t) - Math.log1p(1 / t) - (logDelta + Math.log1p(t)) / t;
  return Number.isNaN(epsilon) ? Infinity : Math.max(0, epsilon);
}

/** The converse: delta = min over a > 1 of exp((a - 1) (rho a - epsilon + log(1 - 1/a))) / a. */
export function zcdpDelta(mechanism: Mechanism, epsilon: number, adjacency: Adjacency): number {
  const rho = zcdpRho(mechanism, adjacency);
  if (rho === 0) return 0;
  const slope = (order: number): number => (2 * order - 1) * rho - epsilon + Math.log1p(-1 / order);
  const order = brent(slope, 1, Math.max(2, (epsilon + rho + Math.LN2) / (2 * rho)));
  const delta = Math.exp((order - 1) * (rho * order - epsilon + Math.log1p(-1 / order))) / order;
  return Number.isNaN(delta) ? 1 : Math.min(1, delta);
}
