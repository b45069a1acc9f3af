import { exactEpsilon } from '../accountants/exact-gaussian.ts';
import { errorRateBounds } from './error-rates.ts';
import type { AuditSettings } from './hypotheses.ts';
import { normalQuantile } from './normal-quantile.ts';
import type { CanaryScores } from './operating-points.ts';

/** The epsilon at `delta` of mu-GDP: of the Gaussian mechanism of noise multiplier 1 / mu. */
export function epsilonOfGaussian(mu: number, delta: number): number {
  return exactEpsilon({ type: 'gaussian', noiseMultiplier: 1 / mu }, delta, 'add-remove');
}

/**
 * An estimate of epsilon from error rates that takes the mechanism for Gaussian: mu is at least Phi^-1(1 - FPR) -
 * Phi^-1(FNR) (Nasr et al. 2023, arXiv 2302.07956). Far closer than the bound without that assumption, and no bound
 * where the mechanism is not mu-GDP.
 */
export function auditGaussian(scores: CanaryScores, settings: AuditSettings): number {
  const distances = errorRateBounds(scores, settings)
    .filter(({ falsePositive, falseNegative }) => Math.max(falsePositive, falseNegative) < 1 - settings.delta)
    .map(({ falsePositive, falseNegative }) => -normalQuantile(falsePositive) - normalQuantile(falseNegative));
  return epsilonOfGaussian(Math.max(0, ...distances), settings.delta);
}
