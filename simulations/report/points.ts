import type { TrustModel } from '../../server/privacy/options.ts';
import type { BaselineFinding, RunFinding } from '../runs/results.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import { type Estimate, estimateOf, ratioOf } from '../statistics/interval.ts';
import { type Resampled, resample } from '../statistics/resample.ts';
import { QUALITIES, type Quality, type UserValues, userQuality } from '../statistics/user-quality.ts';
import type { UserTable } from '../statistics/user-table.ts';
import { groupBy } from './group.ts';
import type { ReportedRun } from './read-run.ts';
import { type FlatSettings, flatSettings } from './settings.ts';

/** A mean with its interval; null where what the interval is made from was not kept. */
export interface Measured {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

interface AnyPoint {
  readonly settings: FlatSettings;
  readonly quality: Readonly<Record<Quality, Measured>>;
}

/** All seeds of one combination of settings on one data set, trained by federation. */
export interface Point extends AnyPoint {
  readonly learner: string;
  readonly trust: TrustModel;
  /** What was asked for, or came of the noise; null without noise. */
  readonly epsilon: number | null;
  /** Ascending by seed, at least one. */
  readonly runs: readonly (ReportedRun & { readonly finding: RunFinding })[];
}

/** What nobody federates, to measure points against. */
export interface BaselinePoint extends AnyPoint {
  readonly baseline: BaselineName;
  /** Of the pooled twin. */
  readonly learner: string | null;
  readonly runs: readonly (ReportedRun & { readonly finding: BaselineFinding })[];
}

/** A data set, and all that was done on it. */
export interface StudiedData {
  readonly hash: string;
  /** As it was asked for: `movielens:PATH`. */
  readonly spec: string;
  readonly name: string;
  /** For people: without sizes or paths. */
  readonly title: string;
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  readonly evaluatedUsers: number;
  readonly holdout: string;
  readonly points: readonly Point[];
  readonly baselines: readonly BaselinePoint[];
  /** Of points with noise that have a twin without, what share of its NDCG@10 is left; null where it cannot be told. */
  readonly kept: ReadonlyMap<Point, Measured | null>;
}

export function studiedData(runs: readonly ReportedRun[]): StudiedData[] {
  return Array.from(groupBy(runs, ({ finding }) => finding.data.hash).values(), ofData => {
    const { finding, settings } = ofData[0]!;
    const { name, users, items, interactions, hash } = finding.data;
    const { evaluatedUsers, holdout } = finding;
    const grouped = Array.from(groupBy(ofData, combinationKey).values(), group =>
      group.toSorted((a, b) => a.finding.seed - b.finding.seed),
    );
    const resampled = QUALITIES.map(quality => resampleRuns(grouped, users => userQuality(users, quality)));
    const all = grouped.map((runs, at) => pointOf(runs, estimates(resampled, at)));
    const points = all.filter(point => 'trust' in point).sort(inOrder);
    const baselines = [...all.filter(point => 'baseline' in point), ...besideOf(points)];
    const ndcg = (point: Point): Resampled => resampled[QUALITIES.indexOf('ndcg@10')]![all.indexOf(point)]!;
    const kept = new Map(pairs(points).map(({ point, plain }) => [point, ratioOf(ndcg(point), ndcg(plain))] as const));
    const facts = { hash, spec: settings.data, name, title: titleOf(name), users, items, interactions };
    return { ...facts, evaluatedUsers, holdout, points, baselines, kept };
  });
}

/** Points with noise, each with the one to compare it with; those without a twin are left out. */
export function pairs(points: readonly Point[]): { readonly point: Point; readonly plain: Point }[] {
  return points.flatMap(point => {
    const plain = point.epsilon === null ? undefined : withoutNoise(point, points);
    return plain === undefined ? [] : [{ point, plain }];
  });
}

/** What trained without noise, and else as much like this one as any did; none if nothing did. */
export function withoutNoise(point: Point, points: readonly Point[]): Point | undefined {
  const candidates = points.filter(({ learner, epsilon }) => learner === point.learner && epsilon === null);
  const unlike = ({ settings }: Point): number =>
    Object.keys(point.settings).filter(name => settings[name] !== point.settings[name]).length;
  return candidates.toSorted((a, b) => unlike(a) - unlike(b))[0];
}

function combinationKey({ finding, settings }: ReportedRun): string {
  const what = finding.kind === 'baseline' ? [finding.baseline, finding.learner] : ['run', finding.learner];
  const flat = Object.entries(flatSettings(settings)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([...what, flat]);
}

function pointOf(runs: readonly ReportedRun[], quality: Record<Quality, Measured>): Point | BaselinePoint {
  const { finding, settings } = runs[0]!;
  const common = { settings: flatSettings(settings), quality };
  if (finding.kind === 'baseline') {
    const { baseline, learner } = finding;
    return { ...common, baseline, learner, runs: runs as BaselinePoint['runs'] };
  }
  const { learner, privacy } = finding;
  const epsilon = settings.privacy.epsilon ?? (privacy.epsilon && Number(privacy.epsilon.toPrecision(3)));
  return { ...common, learner, trust: privacy.trust, epsilon, runs: runs as Point['runs'] };
}

function estimates(resampled: readonly (readonly Resampled[])[], at: number): Record<Quality, Estimate> {
  const entries = QUALITIES.map((quality, q) => [quality, estimateOf(resampled[q]![at]!)]);
  return Object.fromEntries(entries) as Record<Quality, Estimate>;
}

/** Runs that belong together, on the same resampled users for all that go in. */
function resampleRuns(
  grouped: readonly (readonly ReportedRun[])[],
  valuesOf: (users: UserTable) => UserValues,
): Resampled[] {
  return resample(grouped.map(runs => runs.map(({ finding: { seed }, users }) => ({ seed, ...valuesOf(users) }))));
}

/** Of `larder simulate`, which prints baselines and keeps none of their ranks. */
function besideOf(points: readonly Point[]): BaselinePoint[] {
  return points.flatMap(({ learner, settings, runs }) =>
    Object.entries(runs[0]!.beside).map(([baseline, { full }]): BaselinePoint => {
      const measured = (quality: Quality): Measured => ({ mean: full[quality], low: null, high: null });
      return {
        baseline: baseline as BaselineName,
        learner: baseline === 'pooled' ? learner : null,
        settings,
        quality: { 'ndcg@10': measured('ndcg@10'), 'hr@10': measured('hr@10') },
        runs: [],
      };
    }),
  );
}

/** `EASE, pooled`. */
export function baselineName({ baseline, learner }: BaselinePoint): string {
  return `${baseline === 'pooled' ? learner : baseline === 'ease' ? 'EASE' : baseline}, pooled`;
}

function inOrder(a: Point, b: Point): number {
  return (
    a.learner.localeCompare(b.learner, 'en') ||
    a.trust.localeCompare(b.trust, 'en') ||
    (a.epsilon ?? Infinity) - (b.epsilon ?? Infinity)
  );
}

const TITLES: Readonly<Record<string, string>> = {
  synthetic: 'synthetic shop',
  'online-retail': 'Online Retail',
  movielens: 'MovieLens',
};

function titleOf(name: string): string {
  const [kind = name] = name.split(':');
  return TITLES[kind] ?? kind;
}
