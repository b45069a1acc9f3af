import type { Ranks } from '../evaluation/evaluate.ts';
import type { Split } from '../evaluation/split.ts';

export const USERS_CSV_HEADER = 'user,items,popularity,rank,sampled';

/**
 * `users.csv`: a row a held-out item of each evaluated user, in the order of the users. `user` is the index in the data,
 * `items` the number of items that the user was trained on, `popularity` the number of users who were trained on the
 * held-out item, `rank` and `sampled` its positions, from 1, in the full list and among 100. Where several items are held
 * out from a user, `rank` ascends, and says nothing of which of them it was.
 */
export function usersCsv({ users, offsets, full, sampled }: Ranks, split: Split): string {
  const popularity = buyersOf(split);
  const lines = [USERS_CSV_HEADER];
  for (let n = 0; n < users.length; n++) {
    const user = users[n]!;
    const items = split.train.items(user).length;
    for (const [h, item] of split.heldOut(user).entries()) {
      const at = offsets[n]! + h;
      lines.push(`${user},${items},${popularity[item]},${full[at]},${sampled[at]}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** How many users were trained on each item. */
function buyersOf({ train, itemCount }: Split): Int32Array {
  const buyers = new Int32Array(itemCount);
  for (let user = 0; user < train.size; user++) for (const item of train.items(user)) buyers[item]!++;
  return buyers;
}
