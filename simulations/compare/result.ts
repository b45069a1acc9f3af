import { LarderError } from '../../shared/errors.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import type { Model } from '../../shared/model.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { type Evaluation, evaluate, type Metrics } from '../evaluation/evaluate.ts';
import {
  evaluateRecentItems,
  groupByHistoryLength,
  type LengthGroupQuality,
  type RecentItemsQuality,
} from '../evaluation/history-length.ts';
import { sampleUsers } from '../evaluation/sample.ts';
import type { RunSummary } from '../runs/results.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { evaluateBaselines } from '../simulate/baselines.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { type RunData, simulateOn } from '../simulate/simulate.ts';
import { type Cost, costOf, type RoundCost } from './cost.ts';
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

/** On so many users: enough to see 1 % between two models of one run. */
const CONVERGENCE_USERS = 1_000;

/** Does a job; undefined if it was interrupted, or there is no such baseline. */
export async function resultOf(
  job: Job,
  data: RunData,
  learners: LearnerDefinitions,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<JobResult | JobFailure | undefined> {
  try {
    return await (job.kind === 'run'
      ? runResult(job, data, learners, folder, hooks)
      : baselineResult(job, data, hooks));
  } catch (error) {
    if (!(error instanceof LarderError)) throw error;
    return { job, error: { code: error.code, message: error.message } };
  }
}

async function runResult(
  job: Job,
  data: RunData,
  learners: LearnerDefinitions,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<JobResult | undefined> {
  const { name, settings } = job;
  const { seed } = settings;
  const { split } = data;
  const rounds: (RoundCost & { readonly model: Model })[] = [];
  const runHooks: SimulateHooks = {
    ...hooks,
    round: ({ outcome, bytesPerDevice, modelBytes }, model) => {
      if (outcome === 'done' && bytesPerDevice) rounds.push({ ...bytesPerDevice, modelBytes, model });
    },
  };
  const ended = await simulateOn(data, name, settings, folder.inside(name), runHooks, learners);
  const { result, training, evaluation, seconds, baselines } = ended;
  const devicesPerSecond = training.contributions / seconds;
  const summary = { run: name, status: 'finished' as const, ...result, baselines, seconds, devicesPerSecond };
  const goesOn = async (label: string): Promise<boolean> => {
    hooks.progress({ label, done: 0, total: 0 });
    await new Promise(setImmediate);
    return !hooks.signal.aborted;
  };
  if (evaluation === null || !(await goesOn('evaluating short histories'))) return undefined;
  const recentItems = evaluateRecentItems(training.newcomerScorer(training.published.model), split, seed);
  if (!(await goesOn('finding the round of convergence'))) return undefined;
  const users = sampleUsers(split.evaluated, CONVERGENCE_USERS, seededRandom(seed, 'convergence'));
  const cost = costOf(rounds, count => {
    const scorer = training.newcomerScorer(rounds[count - 1]!.model);
    const whole = (user: number): Float32Array => scorer(user, split.train.history(user));
    return evaluate(whole, split, seed, users).full['ndcg@10'];
  });
  return { ...common(job, evaluation, data), recentItems, run: { summary, cost } };
}

async function baselineResult(job: Job, data: RunData, hooks: SimulateHooks): Promise<JobResult | undefined> {
  const { split } = data;
  const { seed } = job.settings;
  const found = await evaluateBaselines(job.settings, data, hooks, scorer => ({
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
