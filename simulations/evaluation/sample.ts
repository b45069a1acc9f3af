import { type Random, shuffle } from '../../shared/random/random.ts';

/** So many of the users, or all if there are no more: each choice equally likely, in ascending order. */
export function sampleUsers(users: Int32Array, count: number, random: Random): Int32Array {
  const shuffled = users.slice();
  shuffle(shuffled, random);
  return shuffled.slice(0, count).sort();
}
