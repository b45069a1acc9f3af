import { describe, expect, test } from 'vitest';
import { Cohorts, poissonCohort, uniformCohort } from '../../server/cohort.ts';
import { compilePrivacyOptions } from '../../server/privacy/options.ts';
import { scheduleOf } from '../../server/privacy/schedule.ts';
import { seededRandom } from '../../shared/random/seeded.ts';

test('the choice is the beginning of a Fisher-Yates shuffle, whose places are not all written down', () => {
  const ready = Array.from({ length: 40 }, (_, device) => `device-${device}`);
  for (let seed = 0; seed < 20; seed++) {
    const random = seededRandom(seed);
    const shuffled = ready.slice();
    for (let index = 0; index < 25; index++) {
      const other = index + random.below(shuffled.length - index);
      [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
    }
    expect(uniformCohort(ready, 25, seededRandom(seed))).toEqual(shuffled.slice(0, 25));
  }
});

test('asks all if there are fewer, and leaves the list as it was', () => {
  const ready = ['c', 'a', 'b'];
  expect(uniformCohort(ready, 5, seededRandom(1)).toSorted()).toEqual(['a', 'b', 'c']);
  expect(uniformCohort([], 5, seededRandom(1))).toEqual([]);
  expect(ready).toEqual(['c', 'a', 'b']);
});

test('every pair is as likely as any other', () => {
  const ready = ['a', 'b', 'c', 'd', 'e'];
  const random = seededRandom(11);
  const draws = 10_000;
  const times = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const pair = uniformCohort(ready, 2, random).toSorted().join('');
    times.set(pair, (times.get(pair) ?? 0) + 1);
  }
  expect(times.size).toBe(10);
  const expected = draws / 10;
  const chiSquared = [...times.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // The 0.999 quantile with 9 degrees of freedom.
  expect(chiSquared).toBeLessThan(27.9);
});

test('a Poisson cohort takes each device by itself: sizes and pairs are as often as chance has it', () => {
  const devices = Array.from({ length: 40 }, (_, n) => `device ${n}`);
  const random = seededRandom(5);
  const draws = 20_000;
  let sum = 0;
  let squares = 0;
  let both = 0;
  let none = 0;
  for (let draw = 0; draw < draws; draw++) {
    const cohort = poissonCohort(devices, 0.1, undefined, random);
    sum += cohort.length;
    squares += cohort.length ** 2;
    if (cohort.includes('device 3') && cohort.includes('device 30')) both++;
    if (cohort.length === 0) none++;
  }
  const mean = sum / draws;
  expect(mean).toBeCloseTo(4, 1);
  // Binomial: 40 x 0.1 x 0.9; a cohort of fixed size would have none.
  expect(squares / draws - mean ** 2).toBeCloseTo(3.6, 0);
  expect(both / draws).toBeCloseTo(0.01, 2);
  expect(none / draws).toBeCloseTo(0.9 ** 40, 2);
});

test('a cap cuts a Poisson cohort at random', () => {
  const devices = Array.from({ length: 10 }, (_, n) => `device ${n}`);
  const random = seededRandom(6);
  const times = new Map<string, number>();
  for (let draw = 0; draw < 5_000; draw++) {
    const cohort = poissonCohort(devices, 0.9, 3, random);
    expect(cohort.length).toBeLessThanOrEqual(3);
    for (const device of cohort) times.set(device, (times.get(device) ?? 0) + 1);
  }
  for (const count of times.values()) expect(Math.abs(count - 1_500)).toBeLessThan(200);
});

describe('a minimum separation', () => {
  const schedule = (trust: 'central' | 'local') =>
    scheduleOf(compilePrivacyOptions({ trust, noiseMultiplier: 3, sampling: 'min-separation', minSeparation: 3 }), {
      weights: [1, 1, 1, 1, 1, 1, 1],
      cohort: 2,
    });

  test('keeps two rounds of a device that far apart', () => {
    const cohorts = new Cohorts(schedule('central'));
    const ready = ['a', 'b', 'c', 'd', 'e', 'f'];
    const last = new Map<string, number>();
    const random = seededRandom(3);
    for (let release = 0; release < 7; release++) {
      const chosen = cohorts.choose(cohorts.eligible(ready, release), 2, release, random);
      expect(chosen).toHaveLength(2);
      for (const device of chosen) {
        expect(release - (last.get(device) ?? -3)).toBeGreaterThanOrEqual(3);
        last.set(device, release);
      }
    }
  });

  test('an abandoned round may ask the same devices again, but not where each answer is a release of its own', () => {
    for (const [trust, again] of [
      ['central', 2],
      ['local', 0],
    ] as const) {
      const cohorts = new Cohorts(schedule(trust));
      cohorts.choose(['a', 'b'], 2, 0, seededRandom(1));
      expect(cohorts.eligible(['a', 'b'], 0)).toHaveLength(again);
      expect(cohorts.eligible(['a', 'b', 'c'], 1)).toEqual(['c']);
    }
  });
});
