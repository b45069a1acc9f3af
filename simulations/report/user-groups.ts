import { ratioOf } from '../statistics/interval.ts';
import { type Resampled, resample, type Sample } from '../statistics/resample.ts';
import { userQuality } from '../statistics/user-quality.ts';
import type { UserTable } from '../statistics/user-table.ts';
import type { Measured, Point } from './points.ts';

const GROUPS = 5;

/** Evaluated users in fifths by something that was known before training: about as many in each. */
export interface UserGroups {
  /** Its least and greatest value. */
  readonly labels: readonly string[];
  /** Users of each group, and where they stand among all that were evaluated. */
  readonly users: readonly Int32Array[];
  readonly places: readonly Int32Array[];
}

/** What groups are made by: a column of the table, of its first row of each user. */
export interface GroupedBy {
  readonly column: 'items' | 'popularity';
  /** A user with several held-out items has several values, and is left out. */
  readonly single: boolean;
}

/** Users with equal values are in one group, so there may be fewer than five. */
export function userGroups({ user, ...columns }: UserTable, { column, single }: GroupedBy): UserGroups {
  const values = columns[column];
  const first = Array.from(user.keys()).filter(row => row === 0 || user[row] !== user[row - 1]);
  const members = first.flatMap((row, place) =>
    single && user[row] === user[row + 1] ? [] : [{ place, user: user[row]!, value: values[row]! }],
  );
  const sorted = members.map(({ value }) => value).sort((a, b) => a - b);
  const cuts = Array.from({ length: GROUPS - 1 }, (_, n) => sorted[Math.ceil(((n + 1) * sorted.length) / GROUPS) - 1]!);
  const groups = Array.from({ length: GROUPS }, (_, group) =>
    members.filter(({ value }) => cuts.filter(cut => value > cut).length === group),
  ).filter(({ length }) => length > 0);
  return {
    labels: groups.map(group => rangeText(group.map(({ value }) => value))),
    users: groups.map(group => Int32Array.from(group, ({ user }) => user)),
    places: groups.map(group => Int32Array.from(group, ({ place }) => place)),
  };
}

function rangeText(values: readonly number[]): string {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return low === high ? String(low) : `${low}–${high}`;
}

/** What is left of the quality of another point, by group: NDCG@10 of both, and their ratio where there is one. */
export interface GroupShares {
  readonly point: Point;
  readonly groups: readonly { readonly ndcg: number; readonly plain: number; readonly share: Measured | null }[];
}

export function groupShares(
  pairs: readonly { readonly point: Point; readonly plain: Point }[],
  groups: UserGroups,
): GroupShares[] {
  const points = Array.from(new Set(pairs.flatMap(({ point, plain }) => [point, plain])));
  const resampled = resample(points.flatMap(point => samplesOf(point, groups)));
  const found = new Map(
    points.map((point, at) => [point, resampled.slice(at * groups.users.length, (at + 1) * groups.users.length)]),
  );
  return pairs.map(({ point, plain }) => ({
    point,
    groups: found.get(point)!.map((ofPoint, group) => {
      const ofPlain = found.get(plain)![group]!;
      return { ndcg: meanOf(ofPoint), plain: meanOf(ofPlain), share: ratioOf(ofPoint, ofPlain) };
    }),
  }));
}

function samplesOf({ runs }: Point, { users, places }: UserGroups): Sample[] {
  const seeds = runs.map(({ finding: { seed }, users }) => ({ seed, values: userQuality(users, 'ndcg@10').values }));
  return users.map((ofGroup, group) =>
    seeds.map(({ seed, values }) => ({
      seed,
      users: ofGroup,
      values: Float64Array.from(places[group]!, place => values[place]!),
    })),
  );
}

function meanOf(sample: Resampled): number {
  return sample.reduce((sum, { mean }) => sum + mean, 0) / sample.length;
}
