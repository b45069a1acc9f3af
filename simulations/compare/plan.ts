import { type LarderError, SettingsError } from '../../shared/errors.ts';
import { hasPooledTwin } from '../baselines/pooled.ts';
import { affordableBaselines, type BaselineName } from '../simulate/baselines.ts';
import { type SimulateSettings, simulateSettings } from '../simulate/settings.ts';
import { codeVersion } from '../version.ts';
import { type Combination, combinations, effective, optionsOf } from './grid.ts';
import { type Job, jobId } from './job.ts';
import { type ComparedLearners, comparedNames } from './learners.ts';
import type { DataFacts, JobError } from './runner.ts';
import type { Study, Value } from './study.ts';
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

export function isFound(data: DataFacts | JobError | undefined): data is DataFacts {
  return data !== undefined && 'hash' in data;
}

/** @throws SettingsError as `compiledGrid` does. */
export function planOf(
  study: Study,
  learners: ComparedLearners,
  found: FoundData,
  notice: (sentence: string) => void,
): Plan {
  const planned = compiledGrid(study, learners);
  const points = study.data.flatMap(data => {
    const facts = found.get(data);
    const ofData = planned.filter(({ combination }) => combination.data === data);
    const runs = ofData.map(point => runPoint(study, point, learners, facts));
    if (!isFound(facts)) return runs;
    const possible = ofData.flatMap(point => ('settings' in point ? point : []));
    return [...baselinePoints(study, possible, facts, notice), ...runs];
  });
  const jobs = new Map(points.flatMap(point => point.jobs.map(job => [jobId(job), job])));
  const keys = Array.from(new Set(Array.from(jobs.values(), ({ settings }) => dataKey(settings))));
  const rank = ({ settings }: Job): number => keys.indexOf(dataKey(settings));
  const seedRank = ({ settings }: Job): number => study.seeds.indexOf(settings.seed);
  return { points, jobs: Array.from(jobs.values()).sort((a, b) => rank(a) - rank(b) || seedRank(a) - seedRank(b)) };
}

/** A combination with the settings of its runs, but for the seed. */
interface Possible {
  readonly combination: Combination;
  readonly settings: SimulateSettings;
}

interface Refused {
  readonly combination: Combination;
  readonly refused: SettingsError;
}

/**
 * All combinations. Some may be impossible; a value that is refused wherever it matters is a mistake.
 *
 * @throws SettingsError of the first mistake.
 */
export function compiledGrid(study: Study, learners: ComparedLearners): (Possible | Refused)[] {
  const names = Array.from(comparedNames(study.learners, learners).keys());
  const all = combinations(study, names).map((combination): Possible | Refused => {
    try {
      const options = { ...optionsOf(study, combination, learners), baselines: [] };
      return { combination, settings: simulateSettings(options, learners.definitions) };
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return { combination, refused: error };
    }
  });
  const matters = ({ combination }: Possible | Refused, axis: string, value: Value): boolean =>
    effective(combination)[axis] === value;
  for (const [axis, values] of [['learner', names] as const, ...Object.entries(study.axes)]) {
    for (const value of values) {
      const those = all.filter(one =>
        axis === 'learner' ? one.combination.learner === value : matters(one, axis, value),
      );
      const refused = those.flatMap(one => ('refused' in one ? one.refused : []));
      if (refused.length === 0 || refused.length < those.length) continue;
      throw new SettingsError(`Nothing in the study can be done with ${axis} ${value}. ${refused[0]!.message}`);
    }
  }
  return all;
}

function runPoint(
  { seeds, measure }: Study,
  planned: Possible | Refused,
  { files }: ComparedLearners,
  facts: DataFacts | JobError | undefined,
): PlannedPoint {
  const { data, learner: called, settings } = planned.combination;
  const learner = files.get(called)?.name ?? called;
  const point = { data, baseline: null, learner, settings, seeds };
  if ('refused' in planned) return { ...point, jobs: [], impossible: errorOf(planned.refused) };
  if (!isFound(facts)) return { ...point, jobs: [], impossible: facts! };
  const { hash } = facts;
  const job = (seed: number): Job => ({
    kind: 'run',
    settings: { ...planned.settings, seed },
    measures: measure,
    dataHash: hash,
    code: codeVersion(),
  });
  return { ...point, jobs: seeds.map(job) };
}

/**
 * What the runs on one data set are measured against, each once and with the first seed: popularity always, as the
 * yardstick, which is its own pooled twin.
 */
function baselinePoints(
  { baselines, seeds, measure }: Study,
  runs: readonly Possible[],
  facts: DataFacts,
  notice: (sentence: string) => void,
): PlannedPoint[] {
  const wanted = baselines ?? affordableBaselines(facts.items, { notice });
  const points = new Map<string, PlannedPoint>();
  const add = (baseline: BaselineName, { combination, settings }: Possible): void => {
    const { learner, learnerOptions } = settings;
    const { data, columns, maxBadShare, holdout, evaluateUsers, easeLambda } = settings;
    const pooled = baseline === 'pooled';
    const job: Job = {
      kind: 'baseline',
      baseline,
      settings: simulateSettings({
        ...{ data, columns, maxBadShare, holdout, evaluateUsers, baselines: [], seed: seeds[0]! },
        ...(pooled ? { learner, learnerOptions } : { learner: 'popularity' }),
        ...(baseline === 'ease' && { easeLambda }),
      }),
      measures: baseline === 'popularity' ? measure.filter(name => name === 'cold-start') : [],
      dataHash: facts.hash,
      code: codeVersion(),
    };
    const matters = (axis: string): boolean =>
      ['holdout', 'evaluateUsers'].includes(axis) ||
      (baseline === 'ease' && axis === 'easeLambda') ||
      (pooled && axis.includes('.'));
    points.set(jobId(job), {
      data,
      baseline,
      learner: pooled ? learner : null,
      settings: Object.fromEntries(Object.entries(combination.settings).filter(([axis]) => matters(axis))),
      seeds: seeds.slice(0, 1),
      jobs: [job],
    });
  };
  for (const run of runs) add('popularity', run);
  if (wanted.includes('ease')) for (const run of runs) add('ease', run);
  if (wanted.includes('pooled')) {
    const twins = runs.filter(({ settings: { learner } }) => learner !== 'popularity' && hasPooledTwin(learner));
    for (const run of twins) add('pooled', run);
  }
  return [...points.values()];
}

function errorOf({ code, message }: LarderError): JobError {
  return { code, message };
}
