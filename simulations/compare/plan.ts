import type { BaselineName } from '../simulate/baselines.ts';
import { codeVersion } from '../version.ts';
import type { Asked } from './asked.ts';
import { baselinePoints } from './baseline-points.ts';
import { compiledGrid, isPossible, type Possible, type Refused } from './compiled.ts';
import { type Job, jobId } from './job.ts';
import { comparedNames } from './learners.ts';
import type { DataFacts, JobError } from './runner.ts';
import type { Value } from './study.ts';
import { dataKey } from './workbench.ts';

/** A combination, or a baseline beside some, with all its seeds. */
export interface PlannedPoint {
  readonly data: string;
  /** Null: runs by federation. */
  readonly baseline: BaselineName | null;
  /** By the name that runs know it under; of baselines the pooled twin alone has one. */
  readonly learner: string | null;
  /** The axes' values as the study gives them; of a baseline those that it depends on. */
  readonly settings: Readonly<Record<string, Value>>;
  readonly seeds: readonly number[];
  /** A job a seed; shared with other points that come to the same. None where the point cannot be. */
  readonly jobs: readonly Job[];
  /** Why not: the data are missing, or the settings do not fit each other. */
  readonly impossible?: JobError;
}

export interface Plan {
  readonly points: readonly PlannedPoint[];
  /** Of all points, each once, in the order in which they are best done: what shares data together, then by seed. */
  readonly jobs: readonly Job[];
}

/** What is known of a study's data, by specification. */
export type FoundData = ReadonlyMap<string, DataFacts | JobError>;

export function isFound(data: DataFacts | JobError): data is DataFacts {
  return 'hash' in data;
}

/** `found` has all data of the study. @throws SettingsError as `compiledGrid` does. */
export function planOf(asked: Asked, found: FoundData, notice: (sentence: string) => void): Plan {
  const { study } = asked;
  const compiled = compiledGrid(asked);
  const points = study.data.flatMap(data => {
    const facts = found.get(data)!;
    const ofData = compiled.filter(({ combination }) => combination.data === data);
    const runs = ofData.map(one => runPoint(asked, one, facts));
    return isFound(facts) ? [...baselinePoints(study, ofData.filter(isPossible), facts, notice), ...runs] : runs;
  });
  const jobs = Array.from(new Map(points.flatMap(point => point.jobs.map(job => [jobId(job), job]))).values());
  const keys = Array.from(new Set(jobs.map(({ settings }) => dataKey(settings))));
  const rank = ({ settings }: Job): number => keys.indexOf(dataKey(settings));
  const seedRank = ({ settings }: Job): number => study.seeds.indexOf(settings.seed);
  return { points, jobs: jobs.sort((a, b) => rank(a) - rank(b) || seedRank(a) - seedRank(b)) };
}

function runPoint({ study, learners }: Asked, one: Possible | Refused, facts: DataFacts | JobError): PlannedPoint {
  const { seeds, measure } = study;
  const { data, learner: called, settings } = one.combination;
  const learner = comparedNames(study.learners, learners).get(called)!;
  const point = { data, baseline: null, learner, settings, seeds };
  if (!isFound(facts)) return { ...point, jobs: [], impossible: facts };
  if (!isPossible(one)) {
    const { code, message } = one.refused;
    return { ...point, jobs: [], impossible: { code, message } };
  }
  const job = (seed: number): Job => ({
    kind: 'run',
    settings: { ...one.settings, seed },
    measures: measure,
    dataHash: facts.hash,
    code: codeVersion(),
  });
  return { ...point, jobs: seeds.map(job) };
}
