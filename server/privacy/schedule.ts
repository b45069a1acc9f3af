import { SettingsError } from '../../shared/errors.ts';
import { epsilonOf } from '../../shared/privacy/accountants/account.ts';
import { noiseMultiplierFor } from '../../shared/privacy/accountants/calibrate.ts';
import { compose } from '../../shared/privacy/compose.ts';
import { bltFor } from '../../shared/privacy/matrix-factorization/blt.ts';
import type { Mechanism, Strategy } from '../../shared/privacy/mechanism.ts';
import { maxParticipations } from '../../shared/privacy/participation.ts';
import type { PrivacySettings } from './options.ts';

/** What a run's privacy depends on beside the settings. */
export interface RunShape {
  /** The weight of each release: its share of the squared signal to noise, relative to the others. */
  readonly weights: readonly number[];
  /** Devices expected in a release. */
  readonly cohort: number;
  /** All devices that could be asked, where they are known: amplification needs it. */
  readonly population?: number | undefined;
}

/** The noise of a run, fixed before it begins: nothing in it depends on data. */
export interface PrivacySchedule {
  readonly settings: PrivacySettings;
  /** Of a release of mean weight; 0: no noise. */
  readonly noiseMultiplier: number;
  /** Of each release. */
  readonly noiseMultipliers: readonly number[];
  /** What each release adds to the ledger; undefined where an earlier one was charged for it. */
  readonly charges: readonly (Mechanism | undefined)[];
  /** Of the releases' noise; undefined: independent, each charged by itself. */
  readonly strategy: Strategy | undefined;
  /** Of Poisson cohorts. */
  readonly samplingRate: number | undefined;
  /** Of the whole run; null without noise. */
  readonly epsilon: number | null;
}

/** Below the mean and so many standard deviations a cap would cut cohorts often enough to undo the amplification. */
const CAP_DEVIATIONS = 5;

/** With less the noise would not span the grid as the argument in run-privacy.ts wants it; epsilon is above 10^5. */
const MIN_NOISE_MULTIPLIER = 2 ** -10;

/** @throws SettingsError or UnsupportedMechanismError if the settings do not fit the run. */
export function scheduleOf(settings: PrivacySettings, shape: RunShape): PrivacySchedule {
  check(settings, shape);
  const { epsilon: target, delta, accountant, adjacency } = settings;
  const strategy = strategyOf(settings, shape);
  const at = (noiseMultiplier: number) => releases(settings, shape, strategy, noiseMultiplier);
  const whole = (noiseMultiplier: number): Mechanism =>
    compose(at(noiseMultiplier).charges.flatMap(charge => charge ?? []));
  const noiseMultiplier =
    settings.noiseMultiplier ??
    (target === undefined ? 0 : noiseMultiplierFor(whole, { epsilon: target, delta }, accountant, adjacency));
  const noised = noiseMultiplier > 0;
  if (noised && noiseMultiplier < MIN_NOISE_MULTIPLIER) {
    throw new SettingsError(
      `A noise multiplier of ${noiseMultiplier} protects nobody. Give at least ${MIN_NOISE_MULTIPLIER}.`,
    );
  }
  if (noised) checkDelta(settings, shape);
  const epsilon = noised ? epsilonOf(whole(noiseMultiplier), delta, accountant, adjacency) : null;
  if (epsilon === Infinity) {
    throw new SettingsError(
      `So little noise promises nothing: epsilon is infinite at delta ${delta}. Raise the noise multiplier.`,
    );
  }
  const { noiseMultipliers, charges } = at(noiseMultiplier);
  return Object.freeze({
    settings,
    noiseMultiplier,
    noiseMultipliers,
    charges: noised ? charges : charges.map(() => undefined),
    strategy: noised ? strategy : undefined,
    samplingRate: settings.sampling === 'poisson' ? shape.cohort / shape.population! : undefined,
    epsilon,
  });
}

function releases(
  settings: PrivacySettings,
  { weights, cohort, population }: RunShape,
  strategy: Strategy | undefined,
  noiseMultiplier: number,
): { noiseMultipliers: readonly number[]; charges: readonly (Mechanism | undefined)[] } {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const noiseMultipliers = weights.map(weight => noiseMultiplier * Math.sqrt(mean / weight));
  const { sampling, minSeparation, cohortCap } = settings;
  if (strategy !== undefined) {
    const steps = weights.length;
    const participations = maxParticipations(steps, minSeparation);
    const all: Mechanism = {
      type: 'matrix-factorization',
      strategy,
      steps,
      minSeparation,
      maxParticipations: participations,
      noiseMultiplier,
    };
    // Releases are charged together, with the first: their noise is one draw.
    return { noiseMultipliers, charges: weights.map((_, step) => (step === 0 ? all : undefined)) };
  }
  const charges = noiseMultipliers.map((multiplier): Mechanism => {
    const mechanism: Mechanism = { type: 'gaussian', noiseMultiplier: multiplier };
    if (sampling === 'poisson') {
      return {
        type: 'poisson-sampled',
        samplingRate: cohort / population!,
        ...(cohortCap !== undefined && { cap: { cohort: cohortCap, population: population! } }),
        mechanism,
      };
    }
    if (sampling === 'without-replacement') {
      return { type: 'sampled-without-replacement', population: population!, cohort, mechanism };
    }
    return mechanism;
  });
  return { noiseMultipliers, charges };
}

/** Undefined: independent noise whose releases are charged one by one. */
function strategyOf({ noise, sampling, minSeparation }: PrivacySettings, { weights }: RunShape): Strategy | undefined {
  const steps = weights.length;
  if (noise === 'toeplitz') return { type: 'toeplitz' };
  if (noise === 'blt') {
    return bltFor({ steps, minSeparation, maxParticipations: maxParticipations(steps, minSeparation) });
  }
  // Independent noise too is cheaper when devices come back seldom.
  return sampling === 'min-separation' && minSeparation > 1 ? { type: 'identity' } : undefined;
}

function check(
  { sampling, noise, cohortCap, minSeparation }: PrivacySettings,
  { weights, cohort, population }: RunShape,
): void {
  const amplified = sampling === 'poisson' || sampling === 'without-replacement';
  if (amplified && population === undefined) {
    throw new SettingsError(
      `Devices that check in by themselves are no ${sampling === 'poisson' ? 'Poisson' : 'uniform'} sample, so no amplification can be claimed. Use sampling "min-separation".`,
    );
  }
  if (population !== undefined && cohort * minSeparation > population) {
    throw new SettingsError(
      `Cohorts of ${cohort} that are ${minSeparation} releases apart need ${cohort * minSeparation} devices, and there are ${population}. Lower the cohort or the separation.`,
    );
  }
  const uneven = weights.some(weight => weight !== weights[0]);
  if (uneven && (noise !== 'gaussian' || minSeparation > 1)) {
    throw new SettingsError(
      'This learner gives its releases unequal weights, which correlated noise and separated cohorts do not know. Use noise "gaussian" and sampling "none" or "poisson".',
    );
  }
  if (cohortCap !== undefined) {
    const least = Math.ceil(cohort + CAP_DEVIATIONS * Math.sqrt(cohort * (1 - cohort / population!)));
    if (cohortCap < least) {
      throw new SettingsError(
        `A cap of ${cohortCap} near the mean of ${cohort} breaks the amplification. Give at least ${least}, the mean and ${CAP_DEVIATIONS} standard deviations.`,
      );
    }
  }
}

/** Without noise there is no promise for a delta to weaken. */
function checkDelta({ delta }: PrivacySettings, { population }: RunShape): void {
  if (population !== undefined && delta * population >= 1) {
    throw new SettingsError(
      `With delta ${delta} one of ${population} users may be given away outright. Choose delta below ${1 / population}.`,
    );
  }
}
