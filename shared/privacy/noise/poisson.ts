import { stirlingError } from '../accountants/special-functions.ts';
import { type LatticeDensity, LatticeSampler } from './lattice-sampler.ts';
import { type Bounds, type Rational, rationalOf } from './rational.ts';

/** The Poisson distribution, exactly; see LatticeSampler. */
export class PoissonSampler extends LatticeSampler {
  /** @param mean above 0, up to 2^39 */
  constructor(mean: number, margin?: number) {
    super(poissonDensity(mean), margin);
  }
}

function poissonDensity(mean: number): LatticeDensity {
  const exact = rationalOf(mean);
  const mode = Math.floor(mean);
  const logAtMode = logDensity(mode, mean);
  return {
    mode,
    scale: Math.sqrt(mean),
    logRatio: x => (x < 0 ? Number.NEGATIVE_INFINITY : logDensity(x, mean) - logAtMode),
    ratioBounds: (x, bits) => (x < 0 ? { low: 0n, high: 0n } : ratioBounds(x, mode, exact, bits)),
  };
}

/** f(x) / f(mode) is a product of rationals: mean / i for i from mode + 1 to x, or i / mean for i from x + 1 to mode. */
function ratioBounds(x: number, mode: number, { numerator, denominator }: Rational, bits: number): Bounds {
  // Each factor adds less than a unit of error.
  const guard = BigInt(Math.abs(x - mode).toString(2).length);
  let low = 1n << (BigInt(bits) + guard);
  let high = low;
  for (let i = Math.min(x, mode) + 1; i <= Math.max(x, mode); i++) {
    const [over, under] = x > mode ? [numerator, denominator * BigInt(i)] : [denominator * BigInt(i), numerator];
    low = (low * over) / under;
    high = (high * over) / under + 1n;
  }
  return { low: low >> guard, high: (high >> guard) + 1n };
}

/**
 * log(f(x) sqrt(2 pi)) to about 2^-50 of |x - mean|, where the textbook formula loses all digits to cancellation: Stirling's
 * series and the deviance (Loader 2000, Fast and accurate computation of binomial probabilities, section 3).
 */
function logDensity(x: number, mean: number): number {
  if (x === 0) return Math.log(2 * Math.PI) / 2 - mean;
  const deviance = x * Math.log1p((mean - x) / x) - (mean - x);
  return deviance - stirlingError(x) - Math.log(x) / 2;
}
