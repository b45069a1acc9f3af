import { mayTakePart } from '../shared/privacy/participation.ts';
import type { Random } from '../shared/random/random.ts';
import type { PrivacySchedule } from './privacy/schedule.ts';

/**
 * Who is asked. How devices are sampled decides what privacy a release costs, so this is the only place that samples, and
 * it goes by the schedule that the accountant read.
 */
export class Cohorts {
  readonly #schedule: PrivacySchedule;
  /** The release that each device was last asked for; only where that matters. */
  readonly #lastAsked = new Map<string, number>();

  constructor(schedule: PrivacySchedule) {
    this.#schedule = schedule;
  }

  /** Those of the ready devices that may be asked for a release. */
  eligible(ready: readonly string[], release: number): readonly string[] {
    if (!this.#remembers()) return ready;
    const { minSeparation, trust } = this.#schedule.settings;
    // Asked again after an abandoned round, a device is still in one released sum at most; but under local trust what
    // it sent before was seen.
    const again = trust !== 'local';
    return ready.filter(device => {
      const last = this.#lastAsked.get(device);
      return (again && last === release) || mayTakePart(last, release, minSeparation);
    });
  }

  /** The choice among eligible devices. It depends on their set alone, not on the order in which they are listed. */
  choose(eligible: readonly string[], count: number, release: number, random: Random): string[] {
    const { settings, samplingRate } = this.#schedule;
    const chosen =
      settings.sampling === 'poisson'
        ? poissonCohort(eligible, samplingRate!, settings.cohortCap, random)
        : uniformCohort(eligible, count, random);
    if (this.#remembers()) for (const device of chosen) this.#lastAsked.set(device, release);
    return chosen;
  }

  #remembers(): boolean {
    const { minSeparation, trust } = this.#schedule.settings;
    return minSeparation > 1 || (trust === 'local' && this.#schedule.noiseMultiplier > 0);
  }
}

/** `count` of the devices (or all, if there are fewer), uniformly and without replacement. */
export function uniformCohort(ready: readonly string[], count: number, random: Random): string[] {
  const devices = ready.toSorted();
  const size = Math.min(count, devices.length);
  for (let index = 0; index < size; index++) {
    const other = index + random.below(devices.length - index);
    const chosen = devices[other]!;
    devices[other] = devices[index]!;
    devices[index] = chosen;
  }
  return devices.slice(0, size);
}

/**
 * Each device with probability `rate`, independently of all others; maybe none. A cohort above `cap` is cut to so many at
 * random: the truncated mechanism, to be accounted for as such.
 */
export function poissonCohort(
  devices: readonly string[],
  rate: number,
  cap: number | undefined,
  random: Random,
): string[] {
  const chosen = devices.toSorted().filter(() => random.float() < rate);
  return cap !== undefined && chosen.length > cap ? uniformCohort(chosen, cap, random) : chosen;
}
