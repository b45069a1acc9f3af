import { expect, test } from 'vitest';
import { uniformCohort } from '../../server/cohort.ts';
import { seededRandom } from '../../shared/random/seeded.ts';

test('the choice does not depend on the order in which devices are listed', () => {
  const ready = ['é', 'b', 'Z', 'a10', 'a9', '\u{1f600}', '\uffee', 'a'];
  for (let seed = 0; seed < 20; seed++) {
    const chosen = uniformCohort(ready, 4, seededRandom(seed));
    expect(uniformCohort(ready.toReversed(), 4, seededRandom(seed))).toEqual(chosen);
    expect(new Set(chosen).size).toBe(4);
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
