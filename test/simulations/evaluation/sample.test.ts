import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { sampleUsers } from '../../../simulations/evaluation/sample.ts';

const users = Int32Array.of(2, 3, 5, 7, 11, 13, 17);

it('takes each user equally often, without repeats, in order', () => {
  const draws = 1500;
  const counts = new Map<number, number>();
  const random = seededRandom(1, 'test');
  for (let n = 0; n < draws; n++) {
    const sample = sampleUsers(users, 3, random);
    expect([...new Set(sample)].toSorted((a, b) => a - b).join()).toBe(sample.join());
    expect(sample.length).toBe(3);
    for (const user of sample) counts.set(user, (counts.get(user) ?? 0) + 1);
  }
  const deviation = Math.sqrt(draws * (3 / 7) * (4 / 7));
  for (const user of users) expect(Math.abs(counts.get(user)! - (draws * 3) / 7)).toBeLessThan(5 * deviation);
});

it('takes all where there are no more, and leaves the list as it was', () => {
  expect([...sampleUsers(users, 8, seededRandom(1))]).toEqual([...users]);
  expect([...users]).toEqual([2, 3, 5, 7, 11, 13, 17]);
});
