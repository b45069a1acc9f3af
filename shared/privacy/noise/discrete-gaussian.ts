import { SettingsError } from '../../errors.ts';
import { type LatticeDensity, LatticeSampler } from './lattice-sampler.ts';
import { expBounds, rationalOf } from './rational.ts';

/** Beyond this, draws and the sums that they are added to could leave the integers that a double counts. */
export const MAX_SIGMA = 2 ** 40;

/**
 * The discrete Gaussian N_Z(0, sigma^2): P(x) proportional to exp(-x^2 / (2 sigma^2)) on all integers (Canonne, Kamath and
 * Steinke 2020, arXiv 2004.00010, definition 1). Exact; see LatticeSampler.
 */
export class DiscreteGaussianSampler extends LatticeSampler {
  /** @param sigma in steps of the grid, up to 2^40. The standard deviation is no larger, and equal but for a hair above 1 */
  constructor(sigma: number, margin?: number) {
    super(gaussianDensity(sigma), margin);
  }
}

function gaussianDensity(sigma: number): LatticeDensity {
  if (!(sigma > 0 && sigma <= MAX_SIGMA)) {
    throw new SettingsError(
      `Discrete noise needs a sigma above 0 and at most 2^40 steps, not ${sigma}. Choose another grid.`,
    );
  }
  const exact = rationalOf(sigma);
  return {
    mode: 0,
    scale: sigma,
    logRatio: x => -((x / sigma) ** 2) / 2,
    ratioBounds(x, bits) {
      const numerator = (BigInt(x) * exact.denominator) ** 2n;
      return expBounds({ numerator, denominator: 2n * exact.numerator ** 2n }, bits);
    },
  };
}
