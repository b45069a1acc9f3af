import { NumericalError, SettingsError } from '../../errors.ts';
import type { Random } from '../../random/random.ts';
import type { MatrixFactorization, Strategy } from '../mechanism.ts';
import { memoryOf, type NoiseMemory } from './noise-memory.ts';
import { sensitivitySquared } from './sensitivity.ts';
import { inverseCoefficients, strategyCoefficients } from './strategy.ts';

/** Adds independent discrete Gaussian noise to every total, all of one standard deviation. */
export interface NoiseSampler {
  addTo(totals: Float64Array, random: Random): void;
}

export interface CorrelatedNoiseOptions {
  /** With c_0 = 1. */
  readonly strategy: Strategy;
  readonly steps: number;
  /** Coordinates of a sum. */
  readonly length: number;
  /** Of the standard deviation that `correlatedSigma` gives. */
  readonly sampler: NoiseSampler;
}

/**
 * The coordinator's noise for sums of integers, one vector of integers a step: r = C^-1 z but for rounding, z being
 * independent discrete Gaussians (McMahan et al. 2024, arXiv 2408.08868, section 3).
 *
 * r_t = z_t - round(f_t), where f_t is c_1 r_{t-1} + ... + c_t r_0 as floating point computes it from the noise already
 * released. So z can be read off from r, coordinate by coordinate: z_t = r_t + round(f_t(r_0, ..., r_{t-1})). Say the sums
 * R = x + r were published, and one device's part in x changes by dx. The same R then comes of r' = r - dx, hence of
 *
 *   z' = z - C dx + rho,  with |rho| <= 1 + 2 e in each coordinate of a step after the device's first, and 0 before:
 *
 * two roundings of at most 1/2, and twice the largest error e of floating point in f. The mechanism is thus a sequence of
 * discrete Gaussians, each shifted by integers that depend on what was published before and on nothing else, whose
 * shifts' total norm is at most sensitivity x bound + (1 + 2 e) sqrt((steps - 1) length), whatever is chosen on the way:
 * what bounds such a sequence bounds it (fully adaptive composition of Gaussian mechanisms, Smith and Thakurta 2022,
 * arXiv 2210.17520; for Renyi divergences Feldman and Zrnic 2021, arXiv 2008.11193). `correlatedSigma` divides by this
 * norm, so the mechanism costs no more than its description.
 *
 * What it remembers is as secret as the noise itself. BLT: `length` doubles a buffer. Banded: `length` doubles a band.
 * Toeplitz: `length` doubles a step.
 */
export class CorrelatedNoise {
  readonly #options: CorrelatedNoiseOptions;
  readonly #memory: NoiseMemory;
  #step = 0;

  constructor(options: CorrelatedNoiseOptions) {
    const { strategy, steps, length } = options;
    checkFirst(strategyCoefficients(strategy, steps));
    this.#options = options;
    this.#memory = memoryOf(strategy, steps, length);
  }

  /** The noise of the next step, in steps of the grid. @throws SettingsError after the last step. */
  next(random: Random): Float64Array {
    const { steps, length, sampler } = this.#options;
    if (this.#step === steps) {
      throw new SettingsError(`The noise of ${steps} steps is used up. Account for more steps before the run.`);
    }
    this.#step++;
    const noise = new Float64Array(length);
    this.#memory.recall(noise);
    for (let k = 0; k < length; k++) noise[k] = -Math.round(noise[k]!);
    sampler.addTo(noise, random);
    this.#memory.keep(noise);
    return noise;
  }
}

/**
 * So many standard deviations no coordinate of r ever reaches: forty pass with a probability below 10^-340, which no union
 * over coordinates makes visible in delta, and ten are left for the roundings' own part of r.
 */
const PEAK_DEVIATIONS = 50;

/**
 * The standard deviation of the discrete Gaussian z, in steps of the grid, with which `CorrelatedNoise` is no less private
 * than the mechanism says, given the bound of one contribution in steps of the grid and the coordinates of a sum. It is
 * above noiseMultiplier x bound by the roundings' share, sqrt(steps x dimension) / (sensitivity x bound) and little more.
 *
 * The error of f: it takes at most 2 (steps + buffers + 1) roundings of numbers that ||c||_1 max |r| bounds, and |r| is
 * below `PEAK_DEVIATIONS` of its standard deviations, ||C^-1 e_0|| sigma.
 *
 * @throws SettingsError if the grid is too coarse, NumericalError if it is too fine to be exact.
 */
export function correlatedSigma(mechanism: MatrixFactorization, bound: number, dimension: number): number {
  const { strategy, steps, noiseMultiplier } = mechanism;
  const coefficients = strategyCoefficients(strategy, steps);
  checkFirst(coefficients);
  const sensitivity = Math.sqrt(sensitivitySquared(strategy, mechanism));
  const size = coefficients.reduce((sum, c) => sum + Math.abs(c), 0);
  const spread = Math.sqrt(inverseCoefficients(strategy, steps).reduce((sum, value) => sum + value * value, 0));
  const buffers = strategy.type === 'blt' ? strategy.decays.length : 0;
  const errorPerSigma = Number.EPSILON * (steps + buffers + 1) * size * PEAK_DEVIATIONS * spread;
  const coordinates = Math.sqrt((steps - 1) * dimension);
  const mu = sensitivity / noiseMultiplier;
  const errorShare = 2 * errorPerSigma * coordinates;
  if (!(errorShare <= Math.min(1, mu) / 2)) {
    throw new NumericalError('Floating point would blur the noise of so many steps. Train fewer steps or coordinates.');
  }
  const sigma = (sensitivity * bound + coordinates) / (mu - errorShare);
  if (sigma < Math.sqrt(steps)) {
    throw new SettingsError(`Noise of ${sigma} grid steps is lost in rounding. Use a finer grid or more noise.`);
  }
  if (PEAK_DEVIATIONS * spread * size * sigma >= Number.MAX_SAFE_INTEGER) {
    throw new NumericalError(`Noise of ${sigma} grid steps may pass 2^53. Use a coarser grid or less noise.`);
  }
  return sigma;
}

function checkFirst(coefficients: Float64Array): void {
  if (coefficients[0] !== 1) {
    throw new SettingsError('Correlated noise needs a strategy whose first coefficient is 1. Divide all by the first.');
  }
}
