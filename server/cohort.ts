import { mayTakePart } from '../shared/privacy/participation.ts';
import type { Random } from '../shared/random/random.ts';
import type { DeviceList } from './fleet.ts';
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
  eligible(ready: DeviceList, release: number): DeviceList {
    if (!this.#remembers()) return ready;
    const { minSeparation, trust } = this.#schedule.settings;
    // Asked again after an abandoned round, a device is still in one released sum at most; but under local trust what
    // it sent before was seen.
    const again = trust !== 'local';
    return spelledOut(ready).filter(device => {
      const last = this.#lastAsked.get(device);
      return (again && last === release) || mayTakePart(last, release, minSeparation);
    });
  }

  /** The choice among eligible devices. */
  choose(eligible: DeviceList, count: number, release: number, random: Random): string[] {
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

/**
 * `count` of the devices (or all, if there are no more), uniformly and without replacement: the first steps of Fisher and
 * Yates's shuffle, with only the places that it changed written down, so that the cost follows the cohort.
 */
export function uniformCohort(ready: DeviceList, count: number, random: Random): string[] {
  if (ready.length <= count) return spelledOut(ready);
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, index) => {
    const other = index + random.below(ready.length - index);
    const chosen = moved.get(other) ?? other;
    moved.set(other, moved.get(index) ?? index);
    return ready.at(chosen)!;
  });
}

/**
 * Each device with probability `rate`, independently of all others; maybe none. A cohort above `cap` is cut to so many at
 * random: the truncated mechanism, to be accounted for as such.
 */
export function poissonCohort(devices: DeviceList, rate: number, cap: number | undefined, random: Random): string[] {
  const chosen: string[] = [];
  for (let index = 0; index < devices.length; index++) if (random.float() < rate) chosen.push(devices.at(index)!);
  return cap !== undefined && chosen.length > cap ? uniformCohort(chosen, cap, random) : chosen;
}

function spelledOut(devices: DeviceList): string[] {
  return Array.from({ length: devices.length }, (_, index) => devices.at(index)!);
}
