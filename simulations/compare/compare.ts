import { setMaxListeners } from 'node:events';
import type { Finding } from '../runs/results.ts';
import { RunFolderError } from '../runs/run-folder.ts';
import { codeVersion } from '../version.ts';
import { againstOf } from './against.ts';
import type { Comparison } from './comparison.ts';
import { type Job, jobId } from './job.ts';
import type { ComparedLearners } from './learners.ts';
import { compiledGrid, type FoundData, type Plan, planOf } from './plan.ts';
import { pointsCsv, pointsJsonl } from './point-files.ts';
import { comparisonOf } from './results.ts';
import type { DataFacts, JobError, JobTiming, Runner } from './runner.ts';
import type { Study } from './study.ts';
import type { StudyFolder } from './study-folder.ts';
import { agree, recordOf } from './study-record.ts';

/** What is told while a study goes on. */
export interface CompareHooks {
  /** Aborting it ends the study: what is finished stays. */
  readonly signal: AbortSignal;
  notice(sentence: string): void;
  /** Before anything is done; `finished` are the ids of the jobs that were done before. */
  planned(plan: Plan, finished: ReadonlySet<string>): void;
  started(job: Job): void;
  ended(job: Job, result: Finding | JobError, timing: JobTiming | undefined): void;
}

/** A study with what it needs to know of learners. */
export interface Asked {
  readonly study: Study;
  readonly learners: ComparedLearners;
}

/**
 * Does what of a study is not done yet, and leaves its folder complete. A job that fails is told, and the others go on.
 *
 * @throws RunFolderError if the folder holds another study, or results of other code and `mixVersions` is not given.
 */
export async function compare(
  asked: Asked,
  folder: StudyFolder,
  runner: Runner,
  hooks: CompareHooks,
  mixVersions = false,
): Promise<Comparison> {
  const { study, learners } = asked;
  const found = await describe(asked, runner, hooks.notice);
  const plan = planOf(study, learners, found, hooks.notice);
  const record = recordOf(study, learners, found);
  const finished = finishedJobs(plan, folder);
  checkVersions(folder, finished, mixVersions);
  agree(folder, record);
  hooks.planned(plan, new Set(finished.keys()));

  const failed = new Map<string, JobError>();
  const pending = plan.jobs.filter(job => !finished.has(jobId(job)));
  const doJob = async (job: Job): Promise<void> => {
    folder.forget(job);
    const started = (): void => hooks.started(job);
    const outcome = await runner.run(job, { signal: hooks.signal, started, notice: hooks.notice });
    if (outcome.status === 'stopped') return;
    if (outcome.timing !== undefined) folder.time(job, outcome.timing);
    if (outcome.status === 'failed') {
      folder.fail(job, outcome.error);
      failed.set(jobId(job), outcome.error);
      hooks.ended(job, outcome.error, outcome.timing);
    } else {
      folder.keep(job, outcome.files);
      hooks.ended(job, JSON.parse(outcome.files['result.json']!) as Finding, outcome.timing);
    }
  };
  // Every job that waits listens to it.
  setMaxListeners(0, hooks.signal);
  await Promise.all(pending.map(doJob));

  const comparison = comparisonOf(study, record, plan, found, folder, failed);
  folder.write('comparison.json', `${JSON.stringify(comparison, null, 2)}\n`);
  folder.write('points.csv', pointsCsv(comparison.points));
  folder.write('points.jsonl', pointsJsonl(comparison.points));
  return comparison;
}

/** @throws SettingsError for mistakes that show before any data are loaded. */
export function check({ study, learners }: Asked): void {
  compiledGrid(study, learners);
  againstOf(study);
}

/** Loads the data of a study, each once, as the first of its runs need them. */
export async function describe(
  { study, learners }: Asked,
  runner: Runner,
  notice: (sentence: string) => void,
): Promise<FoundData> {
  const possible = compiledGrid(study, learners).flatMap(point => ('settings' in point ? point.settings : []));
  const describeOne = async (spec: string): Promise<[string, DataFacts | JobError]> => {
    const settings = possible.find(({ data }) => data === spec)!;
    return [spec, await runner.describe(settings, notice)];
  };
  return new Map(await Promise.all(study.data.map(describeOne)));
}

/** By id: the code that each was done with. */
export function finishedJobs({ jobs }: Plan, folder: Pick<StudyFolder, 'config'>): ReadonlyMap<string, string> {
  return new Map(
    jobs.flatMap(job => {
      const config = folder.config(job);
      return config === undefined ? [] : [[jobId(job), config.code] as const];
    }),
  );
}

function checkVersions({ path }: StudyFolder, finished: ReadonlyMap<string, string>, mixVersions: boolean): void {
  const others = Array.from(finished.values()).filter(code => code !== codeVersion());
  if (others.length === 0 || mixVersions) return;
  const versions = Array.from(new Set(others)).sort().join(', ');
  throw new RunFolderError(
    `${path} holds ${others.length} runs of other code (${versions}, and this is ${codeVersion()}), which may not compare. Choose another --out, or go on with --mix-versions.`,
  );
}
