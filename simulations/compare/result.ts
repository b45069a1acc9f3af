import { LarderError } from '../../shared/errors.ts';
import { type Evaluation, evaluate, type Metrics } from '../evaluation/evaluate.ts';
import {
  evaluateRecentItems,
  groupByHistoryLength,
  type LengthGroupQuality,
  type RecentItemsQuality,
} from '../evaluation/history-length.ts';
import type { RunSummary } from '../runs/results.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { evaluateBaselines } from '../simulate/baselines.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { type RunData, simulateOn } from '../simulate/simulate.ts';
import { type Cost, costOf } from './cost.ts';
import type { Job } from './jobs.ts';

/** What a job found: plain data, all that the tables are made from. */
export interface JobResult {
  readonly job: Job;
  readonly metrics: Metrics;
  readonly historyLength: readonly LengthGroupQuality[];
  /** Of runs and popularity: other baselines score users, not histories. */
  readonly recentItems?: readonly RecentItemsQuality[];
  /** Not of baselines. */
  readonly run?: { readonly summary: RunSummary; readonly cost: Cost };
}

export interface JobFailure {
  readonly job: Job;
  readonly error: { readonly code: string; readonly message: string };
}

/** Does a job; undefined if it was interrupted, or there is no such baseline. */
export async function resultOf(
  job: Job,
  data: RunData,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<JobResult | JobFailure | undefined> {
  try {
    return await (job.kind === 'run' ? runResult(job, data, folder, hooks) : baselineResult(job, data, hooks));
  } catch (error) {
    if (!(error instanceof LarderError)) throw error;
    return { job, error: { code: error.code, message: error.message } };
  }
}

async function runResult(
  job: Job,
  data: RunData,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<JobResult | undefined> {
  const { name, settings } = job;
  const { summary, training, rounds, evaluation } = await simulateOn(data, name, settings, folder.inside(name), hooks);
  if (evaluation === null) return undefined;
  hooks.progress({ label: 'evaluating short histories', done: 0, total: 0 });
  return {
    ...common(job, evaluation, data),
    recentItems: evaluateRecentItems(training.newcomerScorer, data.split, settings.seed),
    run: { summary, cost: costOf(rounds) },
  };
}

async function baselineResult(job: Job, data: RunData, hooks: SimulateHooks): Promise<JobResult | undefined> {
  const { dataset, split } = data;
  const { seed } = job.settings;
  const found = await evaluateBaselines(job.settings, dataset, split, hooks, scorer => ({
    evaluation: evaluate(scorer, split, seed),
    scorer,
  }));
  const { evaluation } = found.popularity ?? found.pooled ?? found.ease ?? {};
  return (
    evaluation && {
      ...common(job, evaluation, data),
      ...(found.popularity && { recentItems: evaluateRecentItems(found.popularity.scorer, split, seed) }),
    }
  );
}

function common(job: Job, { full, sampled, ranks }: Evaluation, { split }: RunData) {
  return { job, metrics: { full, sampled }, historyLength: groupByHistoryLength(ranks, split) };
}
