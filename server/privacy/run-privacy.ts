import { type IntegerSum, MAX_COORDINATE } from '../../shared/aggregation/integer-sum.ts';
import { SettingsError } from '../../shared/errors.ts';
import type { Learner, RoundPlan } from '../../shared/learners/learner.ts';
import { BOUND_SLACK, gridStep } from '../../shared/privacy/bound.ts';
import { CorrelatedNoise, correlatedSigma } from '../../shared/privacy/matrix-factorization/correlated-noise.ts';
import { inverseCoefficients } from '../../shared/privacy/matrix-factorization/strategy.ts';
import { DiscreteGaussianSampler } from '../../shared/privacy/noise/discrete-gaussian.ts';
import { boundSteps, type Protection } from '../../shared/privacy/protection.ts';
import type { Random } from '../../shared/random/random.ts';
import { systemRandom } from '../../shared/random/system.ts';
import { clipFlagSteps, nextClipNorm } from './adaptive-clip.ts';
import { admit, type Charge, type Ledger, MemoryLedger } from './ledger.ts';
import { compilePrivacyOptions } from './options.ts';
import { type PrivacySchedule, scheduleOf } from './schedule.ts';

export interface RunPrivacyOptions {
  readonly run: string;
  readonly schedule: PrivacySchedule;
  readonly ledger: Ledger;
  /** Devices expected in a release: fixed, whoever comes. */
  readonly cohort: number;
  /** Where the noise of a round is drawn from: the system's generator, or a seeded one in a simulation that says so. */
  readonly random: (round: number) => Random;
  /**
   * Who draws the noise of local trust: each device, or, in a simulation, one draw for the sum of all of them. A sum of
   * n discrete Gaussians is distributed as one of n times the variance, but for a part of e^(-pi^2 sigma^2) that the
   * grid makes nothing (Kairouz, Liu and Steinke 2021, arXiv 2102.06387, theorem 1).
   */
  readonly localNoise?: 'device' | 'sum';
}

/** A release as it is asked for: the plan with the clip norm of the day, and how devices protect what they send. */
export interface ProtectedPlan {
  readonly plan: RoundPlan;
  readonly protection: Protection;
}

/** What comes out of the coordinator's chain. */
export interface ProtectedSum {
  readonly sum: Float64Array;
  /** Standard deviation of the noise in each coordinate, in the units of contributions. */
  readonly noiseDeviation: number;
}

/**
 * The coordinator's chain of one run, which undoes the device's (`protect`) in reverse: charge, add noise on the integers,
 * take the flags off, leave the grid.
 *
 * Central noise is a discrete Gaussian on the grid of the contributions, so floating point gives nothing away (Mironov
 * 2012; arXiv 2112.05307). Accountants charge it as a Gaussian of the same multiplier. Renyi bounds hold for it as they
 * are (Canonne, Kamath and Steinke 2020, proposition 5). For the others: rounded to the grid, a Gaussian is a
 * post-processing of the Gaussian, and the discrete one differs from it by at most sqrt(d) / (33 sigma^2) in total
 * variation (Pinsker: a coordinate's pmf is that of the rounded one times 1 + (1 - x^2 / sigma^2) / (24 sigma^2) + O(sigma^-4)):
 * with sigma above 2^20 steps and d = 10^7, 10^-10 of a probability at most, and 10^-15 at common settings.
 */
export class RunPrivacy {
  readonly schedule: PrivacySchedule;
  readonly #options: RunPrivacyOptions;
  #clipNorm: number | undefined;
  #lastCharged: number | undefined;
  #first: { readonly length: number; readonly clipNorm: number } | undefined;
  #correlated: { readonly noise: CorrelatedNoise; readonly sigma: number } | undefined;

  constructor(options: RunPrivacyOptions) {
    this.#options = options;
    this.schedule = options.schedule;
    this.#clipNorm = options.schedule.settings.clipNorm;
  }

  get ledger(): Ledger {
    return this.#options.ledger;
  }

  /** How devices are to be asked for this release. @throws BudgetExhaustedError, LedgerError, SettingsError if not. */
  admit(round: number, release: number, plan: RoundPlan): ProtectedPlan {
    const charge = this.#charge(round, release, plan);
    if (charge !== undefined) admit(this.#options.ledger, charge);
    const { settings, noiseMultipliers } = this.schedule;
    const multiplier = noiseMultipliers[release];
    if (multiplier === undefined) {
      throw new SettingsError(
        `The privacy of ${noiseMultipliers.length} releases was accounted for, and this is one more. Say how many rounds there are before the run.`,
      );
    }
    this.#checkCorrelated(plan);
    const local = settings.trust === 'local';
    const gridSteps = local ? localGridSteps(multiplier) : MAX_COORDINATE;
    const protection = {
      gridSteps,
      noiseSteps: local ? multiplier * gridSteps * BOUND_SLACK : 0,
      clipFlagSteps:
        settings.clipQuantile === undefined ? 0 : clipFlagSteps(gridSteps, multiplier, this.#options.cohort),
      release,
      minSeparation: settings.minSeparation,
    };
    return { plan: { ...plan, clipNorm: this.#clipNorm ?? plan.clipNorm }, protection };
  }

  /**
   * Records what a release costs: to be called before devices are asked, since under local trust each answer is a release
   * of its own, and again before anything of the sum is used. A release is charged once, however many rounds it takes:
   * under local trust no device is asked for it twice.
   *
   * @throws BudgetExhaustedError, LedgerError; then nothing was recorded, and nothing may be released.
   */
  charge(moment: 'ask' | 'release', round: number, release: number, plan: RoundPlan): void {
    const due = this.schedule.settings.trust === 'local' ? 'ask' : 'release';
    const charge = this.#charge(round, release, plan);
    if (moment !== due || charge === undefined || release === this.#lastCharged) return;
    this.#options.ledger.charge(charge);
    this.#lastCharged = release;
  }

  /** The sum as it may be seen, once it was charged. */
  release(round: number, { plan, protection }: ProtectedPlan, sum: IntegerSum): ProtectedSum {
    const { clipFlagSteps: flagSteps, gridSteps } = protection;
    const sigma = this.#addNoise(round, protection, plan.length, sum);
    const step = gridStep(plan.clipNorm, gridSteps);
    const values = sum.dequantise(step);
    if (flagSteps === 0) return { sum: values, noiseDeviation: sigma * step };
    const { cohort } = this.#options;
    const flags = sum.totals[plan.length]! / flagSteps;
    this.#clipNorm = nextClipNorm(plan.clipNorm, flags, cohort, this.schedule.settings.clipQuantile!);
    return { sum: values.subarray(0, plan.length), noiseDeviation: sigma * step };
  }

  /** Noise that is correlated over releases is of one length and in one unit. */
  #checkCorrelated({ length, clipNorm }: RoundPlan): void {
    const { strategy } = this.schedule;
    if (strategy === undefined || strategy.type === 'identity') return;
    this.#first ??= { length, clipNorm };
    if (this.#first.length === length && this.#first.clipNorm === clipNorm) return;
    throw new SettingsError(
      'Correlated noise needs releases of one length and clip norm, and this learner has several. Use noise "gaussian".',
    );
  }

  #charge(round: number, release: number, { phase }: RoundPlan): Charge | undefined {
    const mechanism = this.schedule.charges[release];
    return mechanism && { run: this.#options.run, round, phase, mechanism };
  }

  /** Returns the standard deviation of the noise in the sum, in grid steps. */
  #addNoise(round: number, protection: Protection, length: number, sum: IntegerSum): number {
    const { random, cohort, localNoise } = this.#options;
    const { settings, noiseMultipliers, strategy } = this.schedule;
    if (settings.trust === 'local') {
      const sigma = protection.noiseSteps * Math.sqrt(cohort);
      const drawn = protection.noiseSteps * Math.sqrt(sum.count);
      if (localNoise === 'sum' && drawn > 0) new DiscreteGaussianSampler(drawn).addTo(sum.totals, random(round));
      return sigma;
    }
    const multiplier = noiseMultipliers[protection.release]!;
    if (multiplier === 0) return 0;
    if (strategy !== undefined && strategy.type !== 'identity') {
      return this.#addCorrelated(round, protection, length, sum);
    }
    const sigma = multiplier * boundSteps(protection) * BOUND_SLACK;
    new DiscreteGaussianSampler(sigma).addTo(sum.totals, random(round));
    return sigma;
  }

  #addCorrelated(round: number, protection: Protection, length: number, sum: IntegerSum): number {
    const [mechanism] = this.schedule.charges;
    if (mechanism?.type !== 'matrix-factorization') throw new TypeError('correlated noise without its mechanism');
    const { strategy, steps } = mechanism;
    if (this.#correlated === undefined) {
      const sigma = correlatedSigma(mechanism, boundSteps(protection) * BOUND_SLACK, length);
      const noise = new CorrelatedNoise({ strategy, steps, length, sampler: new DiscreteGaussianSampler(sigma) });
      this.#correlated = { noise, sigma };
    }
    const { noise, sigma } = this.#correlated;
    const drawn = noise.next(this.#options.random(round));
    for (let k = 0; k < length; k++) sum.totals[k]! += drawn[k]!;
    const row = inverseCoefficients(strategy, protection.release + 1);
    return sigma * Math.sqrt(row.reduce((total, coefficient) => total + coefficient * coefficient, 0));
  }
}

/** No noise, no promise: contributions are clipped and that is all. */
export function unprotected(learner: Learner, cohort: number): RunPrivacy {
  const settings = compilePrivacyOptions({});
  const schedule = scheduleOf(settings, { weights: privacyWeights(learner), cohort });
  const ledger = new MemoryLedger({ ...settings, budget: null });
  return new RunPrivacy({ run: '', schedule, ledger, cohort, random: systemRandom });
}

/** The weight of each of a learner's releases. */
export function privacyWeights({ rounds, privacyWeights: weights }: Learner): readonly number[] {
  return weights ?? Array.from({ length: rounds }, () => 1);
}

/** So coarse that a coordinate with its noise fits 32 bits, but once in 10^30. */
function localGridSteps(noiseMultiplier: number): number {
  return noiseMultiplier === 0
    ? MAX_COORDINATE
    : Math.min(MAX_COORDINATE, 2 ** Math.floor(31 - Math.log2(1 + NOISE_RANGE * noiseMultiplier)));
}

/** Standard deviations. */
const NOISE_RANGE = 12;
