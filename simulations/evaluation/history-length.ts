import { distinctItems, type History } from '../../shared/history.ts';
import { average, evaluate, type Ranks } from './evaluate.ts';
import type { HistoryScorer } from './scorer.ts';
import type { Split } from './split.ts';

/** To how many distinct items histories are cut. `all`: they are left whole, but personal state still begins anew. */
export const RECENT_ITEMS = [1, 2, 5, 10, 20, 'all'] as const;

/** The upper ends, included, of the groups that users fall into by the number of items they were trained on. */
export const LENGTH_GROUPS = [5, 10, 20, 50, 100, Number.POSITIVE_INFINITY] as const;

/** The quality for some of the evaluated users; `users` says how many they are. */
export interface GroupQuality {
  readonly users: number;
  readonly 'hr@10': number;
  readonly 'ndcg@10': number;
}

export interface RecentItemsQuality extends GroupQuality {
  readonly recentItems: (typeof RECENT_ITEMS)[number];
}

export interface LengthGroupQuality extends GroupQuality {
  /** The number of items trained on is from `from` to `to`; `to` is null in the last group. */
  readonly from: number;
  readonly to: number | null;
}

/**
 * The last purchases of a history, as many of them as hold no more than so many distinct items: what a device knows that
 * was set up only then.
 */
export function mostRecent({ items, purchases }: History, count: number): History {
  if (items.length <= count) return { items, purchases };
  const kept = new Set<number>();
  let from = purchases.items.length;
  for (; from > 0; from--) {
    const item = purchases.items[from - 1]!;
    if (kept.size === count && !kept.has(item)) break;
    kept.add(item);
  }
  const recent = purchases.items.subarray(from);
  const firstBasket = purchases.baskets[from]!;
  return {
    items: distinctItems(recent),
    purchases: {
      items: recent,
      times: purchases.times.subarray(from),
      baskets: purchases.baskets.subarray(from).map(basket => basket - firstBasket),
      quantities: purchases.quantities.subarray(from),
    },
  };
}

/**
 * Cold start: the full ranking of the same held-out items, against the same candidates, by devices that know only the most
 * recent items of their history. Each length counts the users who were trained on at least as many items.
 */
export function evaluateRecentItems(scorer: HistoryScorer, split: Split, seed: number): RecentItemsQuality[] {
  return RECENT_ITEMS.map(recentItems => {
    const count = recentItems === 'all' ? Number.POSITIVE_INFINITY : recentItems;
    const least = recentItems === 'all' ? 0 : recentItems;
    const users = split.evaluated.filter(user => split.train.items(user).length >= least);
    const cut = (user: number): Float32Array => scorer(user, mostRecent(split.train.history(user), count));
    const { full } = evaluate(cut, split, seed, users);
    return { recentItems, users: users.length, 'hr@10': full['hr@10'], 'ndcg@10': full['ndcg@10'] };
  });
}

/** The full ranking of an evaluation, by how many items its users were trained on; groups without users are left out. */
export function groupByHistoryLength(ranks: Ranks, split: Split): LengthGroupQuality[] {
  return LENGTH_GROUPS.flatMap((to, group) => {
    const from = (LENGTH_GROUPS[group - 1] ?? 0) + 1;
    const places = Array.from(ranks.users.keys()).filter(place => {
      const { length } = split.train.items(ranks.users[place]!);
      return length >= from && length <= to;
    });
    if (places.length === 0) return [];
    const { full } = average(ranks, places);
    const bounds = { from, to: Number.isFinite(to) ? to : null };
    return [{ ...bounds, users: places.length, 'hr@10': full['hr@10'], 'ndcg@10': full['ndcg@10'] }];
  });
}
