import { SettingsError } from '../../errors.ts';
import { MAX_SIGMA } from './discrete-gaussian.ts';
import { type LatticeDensity, LatticeSampler } from './lattice-sampler.ts';
import { expBounds, rationalOf } from './rational.ts';

/**
 * The discrete Laplace or two-sided geometric distribution: P(x) proportional to exp(-|x| noiseParameter) on all integers
 * (Ghosh, Roughgarden and Sundararajan 2012). Exact; see LatticeSampler.
 */
export class DiscreteLaplaceSampler extends LatticeSampler {
  /** @param noiseParameter per step of the grid, at least 2^-40: epsilon / sensitivity in steps */
  constructor(noiseParameter: number, margin?: number) {
    super(laplaceDensity(noiseParameter), margin);
  }
}

function laplaceDensity(noiseParameter: number): LatticeDensity {
  if (!(noiseParameter >= 1 / MAX_SIGMA && Number.isFinite(noiseParameter))) {
    throw new SettingsError(
      `A discrete Laplace parameter is at least 2^-40, not ${noiseParameter}. Choose another grid.`,
    );
  }
  const exact = rationalOf(noiseParameter);
  return {
    mode: 0,
    scale: 1 / noiseParameter,
    logRatio: x => -Math.abs(x) * noiseParameter,
    ratioBounds(x, bits) {
      const numerator = BigInt(Math.abs(x)) * exact.numerator;
      return expBounds({ numerator, denominator: exact.denominator }, bits);
    },
  };
}
