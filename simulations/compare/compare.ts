import { setMaxListeners } from 'node:events';
import type { Finding } from '../runs/results.ts';
import { RunFolderError } from '../runs/run-folder.ts';
import { codeVersion } from '../version.ts';
import { againstOf } from './against.ts';
import type { Asked } from './asked.ts';
import type { Comparison } from './comparison.ts';
import { compiledGrid, isPossible } from './compiled.ts';
import { type Job, jobId } from './job.ts';
import { type FoundData, type Plan, planOf } from './plan.ts';
import { pointsCsv, pointsJsonl } from './point-files.ts';
import { comparisonOf } from './results.ts';
import type { DataFacts, JobError, JobTiming, Runner } from './runner.ts';
import type { StudyFolder } from './study-folder.ts';
import { agree, recordOf } from './study-record.ts';

/** What is told while a study goes on. */
export interface CompareHooks {
  /** Aborting it ends the study: what is finished stays. */
  readonly signal: AbortSignal;
  notice(sentence: string): void;
  /** Before anything is done; `finished` are the jobs that were done before, by id. */
  planned(plan: Plan, finished: ReadonlyMap<string, FinishedJob>): void;
  started(job: Job): void;
  ended(job: Job, result: Finding | JobError, timing: JobTiming | undefined): void;
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
  const notice = (sentence: string): void => hooks.notice(sentence);
  const found = await describe(asked, runner, notice);
  const plan = planOf(asked, found, notice);
  const record = recordOf(asked, found);
  const finished = finishedJobs(plan, folder);
  checkVersions(folder, finished, mixVersions, notice);
  agree(folder, record);
  hooks.planned(plan, finished);

  const failed = new Map<string, JobError>();
  const pending = plan.jobs.filter(job => !finished.has(jobId(job)));
  const doJob = async (job: Job): Promise<void> => {
    folder.forget(job);
    const outcome = await runner.run(job, {
      signal: hooks.signal,
      started: () => hooks.started(job),
      notice: sentence => hooks.notice(sentence),
    });
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

  const comparison = comparisonOf(asked, record, plan, found, folder, failed);
  folder.write('comparison.json', `${JSON.stringify(comparison, null, 2)}\n`);
  folder.write('points.csv', pointsCsv(comparison.points));
  folder.write('points.jsonl', pointsJsonl(comparison.points));
  return comparison;
}

/** @throws SettingsError for mistakes that show before any data are loaded. */
export function check(asked: Asked): void {
  compiledGrid(asked);
  againstOf(asked);
}

/** Loads the data of a study, each once, as the first of its runs need them. */
export async function describe(asked: Asked, runner: Runner, notice: (sentence: string) => void): Promise<FoundData> {
  const possible = compiledGrid(asked).filter(isPossible);
  const describeOne = async (spec: string): Promise<[string, DataFacts | JobError]> => {
    const { settings } = possible.find(({ combination }) => combination.data === spec)!;
    return [spec, await runner.describe(settings, notice)];
  };
  return new Map(await Promise.all(asked.study.data.map(describeOne)));
}

/** What an earlier process did of a study, or this one. */
export interface FinishedJob {
  readonly finding: Finding;
  /** The version of the code that did it. */
  readonly code: string;
}

function finishedJobs({ jobs }: Plan, folder: StudyFolder): ReadonlyMap<string, FinishedJob> {
  return new Map(
    jobs.flatMap(job => {
      const config = folder.config(job);
      if (config === undefined) return [];
      const finding = JSON.parse(folder.run(job, 'result.json').toString()) as Finding;
      return [[jobId(job), { finding, code: config.code }]];
    }),
  );
}

/** @throws RunFolderError where results are of other code, unless they may be mixed: then that is told. */
function checkVersions(
  { path }: StudyFolder,
  finished: ReadonlyMap<string, FinishedJob>,
  mixVersions: boolean,
  notice: (sentence: string) => void,
): void {
  const others = Array.from(finished.values(), ({ code }) => code).filter(code => code !== codeVersion());
  if (others.length === 0) return;
  const versions = Array.from(new Set(others)).sort().join(', ');
  const finding = `${path} holds ${others.length} runs of other code (${versions}, and this is ${codeVersion()}), which may not compare`;
  if (!mixVersions) throw new RunFolderError(`${finding}. Choose another --out, or go on with --mix-versions.`);
  notice(`${finding}.`);
}
