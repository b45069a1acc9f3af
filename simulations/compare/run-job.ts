import { type LedgerTerms, MemoryLedger } from '../../server/privacy/ledger.ts';
import { SettingsError } from '../../shared/errors.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import type { Model } from '../../shared/model.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { DataError } from '../data/data-error.ts';
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import { evaluateRecentItems } from '../evaluation/history-length.ts';
import { sampleUsers } from '../evaluation/sample.ts';
import type { Finding, RoundLine, RunFinding } from '../runs/results.ts';
import { usersCsv } from '../runs/users-csv.ts';
import { evaluateBaselines } from '../simulate/baselines.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { dataSummary, metricsOf, type RunData, simulateOn } from '../simulate/simulate.ts';
import type { TrainingResult } from '../simulate/train.ts';
import { version } from '../version.ts';
import { type Cost, costOf, type RoundCost } from './cost.ts';
import { type Job, jobId, jobName } from './job.ts';

/** What a job leaves in its run folder: text by file name. Nothing in it depends on time, machine or threads. */
export type JobFiles = Readonly<Record<string, string>>;

/** On so many users: enough to see 1 % between two models of one run. */
const CONVERGENCE_USERS = 1_000;

/**
 * Does a job in this process; undefined if it was interrupted. `data` was loaded by the job's settings. The name of the run
 * is part of what devices are sent.
 *
 * @throws LarderError for what the person who asked can mend: the settings do not fit, the data are not those of the job.
 */
export async function runJob(
  job: Job,
  data: RunData,
  learners: LearnerDefinitions,
  hooks: SimulateHooks,
  name = jobName(job),
): Promise<JobFiles | undefined> {
  if (data.dataset.hash !== job.dataHash) {
    throw new DataError(
      `${job.settings.data} holds other data here than where the study was planned (${data.dataset.hash.slice(0, 12)}, not ${job.dataHash.slice(0, 12)}). Copy the file from there.`,
    );
  }
  const done = await (job.kind === 'run' ? federated(job, data, learners, hooks, name) : baseline(job, data, hooks));
  if (done === undefined) return undefined;
  const { finding, evaluation, rounds } = done;
  const { workers: _, ...settings } = job.settings;
  const config = {
    job: { ...job, settings },
    id: jobId(job),
    larder: version,
    code: job.code,
    node: process.version,
  };
  return {
    'config.json': json(config),
    'result.json': json(finding),
    'rounds.jsonl': rounds.map(line => `${JSON.stringify(line)}\n`).join(''),
    'users.csv': usersCsv(evaluation.ranks, data.split),
  };
}

interface Done {
  readonly finding: Finding;
  readonly evaluation: Evaluation;
  readonly rounds: readonly RoundLine[];
}

async function federated(
  job: Job,
  data: RunData,
  learners: LearnerDefinitions,
  hooks: SimulateHooks,
  name: string,
): Promise<Done | undefined> {
  const { settings, measures } = job;
  const rounds: RoundLine[] = [];
  const folded: (RoundCost & { readonly model: Model })[] = [];
  const recorder = {
    openLedger: (terms: LedgerTerms) => new MemoryLedger(terms),
    appendRound: (line: RoundLine) => rounds.push(line),
    writeModel: () => {},
  };
  const round: SimulateHooks['round'] = ({ outcome, bytesPerDevice, modelBytes }, model) => {
    if (outcome === 'done' && bytesPerDevice) folded.push({ ...bytesPerDevice, modelBytes, model });
  };
  const runHooks = { ...hooks, ...(measures.includes('cost') && { round }) };
  const run = { ...settings, baselines: [] };
  const { result, training, evaluation } = await simulateOn(data, name, run, recorder, runHooks, learners);
  const goesOn = async (label: string): Promise<boolean> => {
    hooks.progress({ label, done: 0, total: 0 });
    await new Promise(setImmediate);
    return !hooks.signal.aborted;
  };
  if (evaluation === null || hooks.signal.aborted) return undefined;
  const measured: Pick<RunFinding, 'coldStart' | 'cost'> = {};
  if (measures.includes('cold-start')) {
    if (!(await goesOn('evaluating short histories'))) return undefined;
    const scorer = training.newcomerScorer(training.published.model);
    Object.assign(measured, { coldStart: evaluateRecentItems(scorer, data.split, settings.seed) });
  }
  if (measures.includes('cost')) {
    if (!(await goesOn('finding the round of convergence'))) return undefined;
    Object.assign(measured, { cost: convergence(folded, training, data, settings.seed) });
  }
  return { finding: { kind: 'run', ...result, ...measured }, evaluation, rounds };
}

function convergence(
  rounds: readonly (RoundCost & { readonly model: Model })[],
  { newcomerScorer }: TrainingResult,
  { split }: RunData,
  seed: number,
): Cost {
  const users = sampleUsers(split.evaluated, CONVERGENCE_USERS, seededRandom(seed, 'convergence'));
  return costOf(rounds, count => {
    const scorer = newcomerScorer(rounds[count - 1]!.model);
    return evaluate(user => scorer(user, split.train.history(user)), split, seed, users).full['ndcg@10'];
  });
}

async function baseline(
  job: Job & { readonly kind: 'baseline' },
  data: RunData,
  hooks: SimulateHooks,
): Promise<Done | undefined> {
  const { split, dataset } = data;
  const { seed, learner, holdout } = job.settings;
  const name = job.baseline;
  const found = await evaluateBaselines({ ...job.settings, baselines: [name] }, data, hooks, scorer => ({
    evaluation: evaluate(scorer, split, seed),
    ...(job.measures.includes('cold-start') && { coldStart: evaluateRecentItems(scorer, split, seed) }),
  }));
  const { evaluation, coldStart } = found[name] ?? {};
  if (hooks.signal.aborted) return undefined;
  if (evaluation === undefined) throw new SettingsError(`There is no baseline "${name}" of ${learner}. Leave it out.`);
  const finding: Finding = {
    kind: 'baseline',
    baseline: name,
    learner: name === 'pooled' ? learner : null,
    seed,
    data: dataSummary(dataset),
    holdout,
    evaluatedUsers: split.evaluated.length,
    metrics: metricsOf(evaluation),
    ...(coldStart && { coldStart }),
  };
  return { finding, evaluation, rounds: [] };
}

function json(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
