import { SettingsError } from '../../errors.ts';
import type { Random } from '../../random/random.ts';
import type { RunCount } from '../mechanism.ts';
import { PoissonSampler } from '../noise/poisson.ts';
import { brent } from './special-functions.ts';

/** E[K]; of the negative binomial eta (1 - gamma) / (gamma (1 - gamma^eta)), and its limit at eta = 0. */
export function expectedRuns(runs: RunCount): number {
  if (runs.type === 'poisson') return runs.mean;
  const { eta, gamma } = runs;
  return gamma === 1 ? 1 : (1 - gamma) / gamma / perEta(eta, gamma);
}

/** (1 - gamma^eta) / eta. */
function perEta(eta: number, gamma: number): number {
  const logGamma = Math.log(gamma);
  return eta === 0 ? -logGamma : -Math.expm1(eta * logGamma) / eta;
}

/** The smallest log gamma that is tried: a double can hardly be smaller. */
const LEAST_LOG_GAMMA = -700;

/** The negative binomial number of runs with this eta and this mean. @throws SettingsError if there is none. */
export function runsWithMean(eta: number, mean: number): RunCount {
  if (!(eta > -1 && mean >= 1)) {
    throw new SettingsError(`Runs with mean ${mean} and eta ${eta}: the mean is at least 1, and eta above -1.`);
  }
  if (mean === 1) return { type: 'negative-binomial', eta, gamma: 1 };
  const excess = (logGamma: number): number =>
    Math.log(expectedRuns({ type: 'negative-binomial', eta, gamma: Math.exp(logGamma) }) / mean);
  const logGamma = brent(excess, LEAST_LOG_GAMMA, 0);
  if (Number.isNaN(logGamma)) {
    throw new SettingsError(
      `With eta ${eta} no distribution of runs has a mean of ${mean}. Raise eta, or lower the mean.`,
    );
  }
  return { type: 'negative-binomial', eta, gamma: Math.exp(logGamma) };
}

/**
 * A number of runs. Poisson numbers are exact; of the negative binomial, by inversion of 53 random bits, the distribution is off by less
 * than 10^-12 in total variation, which adds that much times 1 + e^epsilon to the delta of what is selected.
 */
export function drawRuns(runs: RunCount, random: Random): number {
  if (runs.type === 'poisson') return new PoissonSampler(runs.mean).sample(random);
  const { eta, gamma } = runs;
  if (gamma === 1) return 1;
  let left = random.float();
  let probability = ((1 - gamma) * gamma ** eta) / perEta(eta, gamma);
  if (probability === 0) {
    throw new SettingsError(
      `Runs with eta ${eta} and gamma ${gamma} are hardly ever few. Draw them from a Poisson distribution.`,
    );
  }
  let count = 1;
  while (left >= probability && probability > Number.MIN_VALUE) {
    left -= probability;
    probability *= ((1 - gamma) * (count + eta)) / (count + 1);
    count++;
  }
  return count;
}
