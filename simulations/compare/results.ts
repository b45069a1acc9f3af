import { LENGTH_GROUPS } from '../evaluation/history-length.ts';
import type { Finding, RoundLine, RunFinding } from '../runs/results.ts';
import { differenceOf, estimateOf, ratioOf } from '../statistics/interval.ts';
import { type Resampled, resample, type Sample } from '../statistics/resample.ts';
import { QUALITIES, type Quality, type UserValues, userQuality } from '../statistics/user-quality.ts';
import { parseUserTable, type UserTable } from '../statistics/user-table.ts';
import { againstOf, baselineOf } from './against.ts';
import type { Asked } from './asked.ts';
import type { Comparison, Difference, Federated, LengthGroup, Missing, Point } from './comparison.ts';
import { type Job, jobId, jobName } from './job.ts';
import { meanOf } from './mean.ts';
import { type FoundData, isFound, type Plan, type PlannedPoint } from './plan.ts';
import { pointName } from './point-name.ts';
import type { JobError } from './runner.ts';
import type { Study } from './study.ts';
import type { StudyFolder } from './study-folder.ts';
import type { StudyRecord } from './study-record.ts';

/** What a finished job left, as far as points are made of it. */
interface Run {
  readonly job: Job;
  readonly code: string;
  readonly finding: Finding;
  readonly users: UserTable;
  readonly federated: Federated | null;
}

type Quantities = Readonly<Record<Quality, Resampled>>;

/** Makes points of all that is finished in a study's folder; `failed` says by job what is not. */
export function comparisonOf(
  asked: Asked,
  record: StudyRecord,
  { points }: Plan,
  found: FoundData,
  folder: StudyFolder,
  failed: ReadonlyMap<string, JobError>,
): Comparison {
  const { study } = asked;
  const runs = new Map<string, Run>();
  for (const job of new Set(points.flatMap(point => point.jobs))) {
    const config = folder.config(job);
    if (config !== undefined) runs.set(jobId(job), readRun(job, config.code, folder));
  }
  const runsOf = ({ jobs }: PlannedPoint): Run[] => jobs.flatMap(job => runs.get(jobId(job)) ?? []);
  const present = points.filter(point => runsOf(point).length > 0);
  const quantities = new Map(
    study.data.flatMap(data => {
      const ofData = present.filter(point => point.data === data);
      return resampled(ofData, runsOf);
    }),
  );
  const against = againstOf(asked);
  const made = present.map((planned): Point => {
    const other = baselineOf(planned, present, against);
    const difference = other && {
      to: pointName(other, study).name,
      ...differences(quantities.get(planned)!, quantities.get(other)!),
    };
    return {
      ...pointName(planned, study),
      ...pointOf(runsOf(planned), quantities.get(planned)!),
      difference: difference ?? null,
    };
  });
  const missing = points.flatMap(point => missingOf(point, study, found, runs, failed));
  return {
    study: study.name,
    question: study.question,
    status: missing.some(({ reason }) => reason === 'unfinished') ? 'interrupted' : 'finished',
    code: distinct(made.flatMap(({ code }) => code)),
    data: record.data,
    points: made,
    missing,
  };
}

function readRun(job: Job, code: string, folder: StudyFolder): Run {
  const finding = JSON.parse(folder.run(job, 'result.json').toString()) as Finding;
  const users = parseUserTable(folder.run(job, 'users.csv'), `users.csv of ${jobName(job)}`);
  const federated = finding.kind === 'run' ? federatedOf(finding, folder.run(job, 'rounds.jsonl').toString()) : null;
  return { job, code, finding, users, federated };
}

function federatedOf({ rounds, privacy }: RunFinding, lines: string): Federated {
  const bytes = lines
    .split('\n')
    .filter(line => line !== '')
    .flatMap(line => (JSON.parse(line) as RoundLine).bytesPerDevice ?? []);
  return { rounds, bytesPerRound: bytes.length > 0 ? meanOf(bytes) : { up: 0, down: 0 }, privacy };
}

/** Of all points of one data set together, so that differences are between the same resamples; runs that are shared, once. */
function resampled(
  points: readonly PlannedPoint[],
  runsOf: (point: PlannedPoint) => readonly Run[],
): [PlannedPoint, Quantities][] {
  const keyOf = (point: PlannedPoint): string =>
    runsOf(point)
      .map(({ job }) => jobId(job))
      .join();
  const distinctPoints = Array.from(new Map(points.map(point => [keyOf(point), point])).values());
  const sampleOf = (point: PlannedPoint, quality: Quality): Sample =>
    runsOf(point)
      .map(({ job, users }) => ({ seed: job.settings.seed, ...userQuality(users, quality) }))
      .sort((a, b) => a.seed - b.seed);
  const byQuality = QUALITIES.map(quality => resample(distinctPoints.map(point => sampleOf(point, quality))));
  const byKey = new Map(
    distinctPoints.map((point, at) => [
      keyOf(point),
      Object.fromEntries(QUALITIES.map((quality, q) => [quality, byQuality[q]![at]!])) as Quantities,
    ]),
  );
  return points.map(point => [point, byKey.get(keyOf(point))!]);
}

function eachQuality<Result>(of: (quality: Quality) => Result): Record<Quality, Result> {
  return Object.fromEntries(QUALITIES.map(quality => [quality, of(quality)])) as Record<Quality, Result>;
}

function differences(point: Quantities, other: Quantities): Omit<Difference, 'to'> {
  return {
    ...eachQuality(quality => differenceOf(point[quality], other[quality])),
    ratio: ratioOf(point['ndcg@10'], other['ndcg@10']),
  };
}

/** Runs of one combination, at least one. */
function pointOf(
  runs: readonly Run[],
  quantities: Quantities,
): Omit<Point, 'difference' | keyof ReturnType<typeof pointName>> {
  const findings = runs.map(({ finding }) => finding);
  const federated = runs.flatMap(run => run.federated ?? []);
  const coldStart = findings.flatMap(finding => (finding.coldStart ? [finding.coldStart] : []));
  const cost = findings.flatMap(finding => ('cost' in finding && finding.cost ? [finding.cost] : []));
  return {
    seeds: runs.map(({ job }) => job.settings.seed),
    runs: runs.map(({ job }) => jobName(job)),
    code: distinct(runs.map(({ code }) => code)),
    users: findings[0]!.evaluatedUsers,
    metrics: meanOf(findings.map(({ metrics }) => metrics!)),
    quality: eachQuality(quality => estimateOf(quantities[quality])),
    historyLength: meanOf(runs.map(({ users }) => lengthGroups(users))),
    federated: federated.length > 0 ? { ...meanOf(federated), privacy: federated[0]!.privacy } : null,
    ...(coldStart.length > 0 && { coldStart: meanOf(coldStart) }),
    ...(cost.length > 0 && { cost: meanOf(cost) }),
  };
}

/** Groups without users are left out. */
function lengthGroups(table: UserTable): LengthGroup[] {
  const items = new Map(Array.from(table.user, (user, row) => [user, table.items[row]!]));
  const qualities = eachQuality(quality => userQuality(table, quality));
  return LENGTH_GROUPS.flatMap((to, group) => {
    const from = (LENGTH_GROUPS[group - 1] ?? 0) + 1;
    const inside = (user: number): boolean => items.get(user)! >= from && items.get(user)! <= to;
    const means = eachQuality(quality => meanOver(qualities[quality], inside));
    const users = qualities['ndcg@10'].users.filter(inside).length;
    return users === 0 ? [] : [{ from, to: Number.isFinite(to) ? to : null, users, ...means }];
  });
}

function meanOver({ users, values }: UserValues, keep: (user: number) => boolean): number {
  const kept = values.filter((_, at) => keep(users[at]!));
  return kept.reduce((sum, value) => sum + value, 0) / Math.max(1, kept.length);
}

function missingOf(
  point: PlannedPoint,
  study: Study,
  found: FoundData,
  runs: ReadonlyMap<string, Run>,
  failed: ReadonlyMap<string, JobError>,
): Missing[] {
  const name = pointName(point, study);
  if (point.impossible !== undefined) {
    const reason = isFound(found.get(point.data)!) ? 'impossible' : 'data';
    return [{ ...name, reason, seeds: point.seeds, error: point.impossible }];
  }
  const missing = point.jobs.filter(job => !runs.has(jobId(job)));
  const errorOf = (job: Job): JobError | undefined => failed.get(jobId(job));
  const messages = new Set(missing.map(job => errorOf(job)?.message));
  return Array.from(messages, (message): Missing => {
    const jobs = missing.filter(job => errorOf(job)?.message === message);
    const seeds = jobs.map(({ settings }) => settings.seed);
    const error = errorOf(jobs[0]!);
    return error ? { ...name, reason: 'failed', seeds, error } : { ...name, reason: 'unfinished', seeds, error: null };
  });
}

function distinct(values: readonly string[]): string[] {
  return Array.from(new Set(values)).sort();
}
