import type { Random } from '../shared/random/random.ts';

/**
 * Which of the ready devices a round asks: `count` of them (or all, if there are fewer), uniformly and without
 * replacement. The choice depends on the set of ready devices alone, not on the order in which they are listed, so that
 * one seed gives one cohort whatever brought the devices here.
 *
 * How devices are sampled decides what privacy a round costs. This is the only place that samples: another scheme
 * (Poisson, or cohorts that keep a device's rounds apart) is another function of the ready devices.
 */
export function selectCohort(ready: readonly string[], count: number, random: Random): string[] {
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
