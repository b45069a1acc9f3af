import { hitRate, ndcg } from '../evaluation/metrics.ts';
import type { UserTable } from './user-table.ts';

/** The figures of the full ranking that intervals are given for. */
export const QUALITIES = ['ndcg@10', 'hr@10'] as const;
export type Quality = (typeof QUALITIES)[number];

/** What a mean is taken of: a value a user, as a rule. */
export interface UserValues {
  /** Users' indices in the data set, ascending. */
  readonly users: Int32Array;
  readonly values: Float64Array;
}

const METRICS = { 'ndcg@10': ndcg, 'hr@10': hitRate } as const;

/** One value for each user, however many items were held out: what `Metrics.full` is the mean of. */
export function userQuality({ user, rank }: UserTable, quality: Quality): UserValues {
  const metric = METRICS[quality];
  const users: number[] = [];
  const values: number[] = [];
  for (let from = 0, to = 0; from < user.length; from = to) {
    while (to < user.length && user[to] === user[from]) to++;
    users.push(user[from]!);
    values.push(metric(rank.slice(from, to).sort(), 10));
  }
  return { users: Int32Array.from(users), values: Float64Array.from(values) };
}
