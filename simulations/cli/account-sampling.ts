import { SettingsError } from '../../shared/errors.ts';
import type { Adjacency, Mechanism } from '../../shared/privacy/mechanism.ts';
import type { AccountFlags, SamplingName } from './account.ts';

/** How the users of a step are chosen. */
export interface Sampling {
  readonly scheme: SamplingName;
  readonly rate?: number;
  readonly population?: number;
  readonly cohort?: number;
  readonly cap?: number;
}

/** @throws SettingsError if the flags do not describe one scheme. */
export function samplingOf(flags: AccountFlags): Sampling {
  const { sampling: scheme = 'none', samplingRate, population, cohort, cap } = flags;
  if (cohort !== undefined && population !== undefined && cohort > population) {
    throw new SettingsError(`A cohort of ${cohort} cannot be had of ${population} users. Lower --cohort.`);
  }
  if (scheme === 'none') return { scheme, ...unsampled(flags) };
  if (scheme === 'poisson') return { scheme, ...poisson(flags) };
  if (population === undefined || cohort === undefined || samplingRate !== undefined || cap !== undefined) {
    throw new SettingsError(
      'Sampling without replacement is described by --population and --cohort. Give these two, without --sampling-rate and --cap.',
    );
  }
  return { scheme, population, cohort, rate: cohort / population };
}

/** The relation under which the scheme amplifies; undefined: the mechanism decides. */
export function adjacencyOf({ scheme }: Sampling): Adjacency | undefined {
  if (scheme === 'poisson') return 'add-remove';
  return scheme === 'without-replacement' ? 'replace-one' : undefined;
}

/** A step: the mechanism on the users that the scheme chooses. */
export function sampled(sampling: Sampling, mechanism: Mechanism): Mechanism {
  const { scheme, rate, population, cohort, cap } = sampling;
  if (scheme === 'none') return mechanism;
  if (scheme === 'without-replacement') {
    return { type: 'sampled-without-replacement', population: population!, cohort: cohort!, mechanism };
  }
  return {
    type: 'poisson-sampled',
    samplingRate: rate!,
    ...(cap !== undefined && { cap: { cohort: cap, population: population! } }),
    mechanism,
  };
}

function unsampled({ samplingRate, population, cohort, cap }: AccountFlags): Omit<Sampling, 'scheme'> {
  if (samplingRate !== undefined || cohort !== undefined || cap !== undefined) {
    throw new SettingsError(
      'A sampling rate, a cohort or a cap says that users are sampled, but not how. Give --sampling poisson or without-replacement, or leave these out.',
    );
  }
  return population === undefined ? {} : { population };
}

function poisson({ samplingRate, population, cohort, cap }: AccountFlags): Omit<Sampling, 'scheme'> {
  if (samplingRate !== undefined ? cohort !== undefined : population === undefined || cohort === undefined) {
    throw new SettingsError('Poisson sampling is described by --sampling-rate, or by --population and --cohort.');
  }
  const rate = samplingRate ?? cohort! / population!;
  if (rate > 1) throw new SettingsError(`--sampling-rate is a probability, and ${rate} is above 1.`);
  if (cap !== undefined && population === undefined) {
    throw new SettingsError('How often a cohort reaches its cap depends on all users. Give --population with --cap.');
  }
  return {
    rate,
    ...(population !== undefined && { population }),
    ...(cohort !== undefined && { cohort }),
    ...(cap !== undefined && { cap }),
  };
}
