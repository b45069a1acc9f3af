import type { Adjacency, DistributedDiscreteGaussian } from '../mechanism.ts';
import { contributionsApart } from './sensitivity.ts';

export interface ConcentratedBounds {
  /** The divergence of order a is at most rho a ... */
  readonly rho: number;
  /** ... and at most `offset` + `offsetRho` a. */
  readonly offset: number;
  readonly offsetRho: number;
}

/**
 * A sum of discrete Gaussians is not one, but nearly: Kairouz, Liu and Steinke 2021 (arXiv 2102.06387), proposition 14,
 * with tau = 10 sum over k < clients of exp(-2 pi^2 sigma^2 k / (k + 1)).
 */
export function distributedDiscreteGaussianBounds(
  mechanism: DistributedDiscreteGaussian,
  adjacency: Adjacency,
): ConcentratedBounds {
  const { clientSigma, clients, dimension } = mechanism;
  const scale = contributionsApart(adjacency) / (Math.sqrt(clients) * clientSigma);
  const l1 = mechanism.l1Sensitivity * scale;
  const l2 = mechanism.l2Sensitivity * scale;
  let tau = 0;
  for (let k = 1; k < clients; k++) tau += 10 * Math.exp((-2 * (Math.PI * clientSigma) ** 2 * k) / (k + 1));
  const byCoordinate = l2 ** 2 + 2 * l1 * tau + tau ** 2 * dimension;
  const byNorm = (l2 + Math.sqrt(dimension) * tau) ** 2;
  return { rho: Math.min(byCoordinate, byNorm) / 2, offset: tau * dimension, offsetRho: l2 ** 2 / 2 };
}
