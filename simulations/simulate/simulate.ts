import { type Ledger, type LedgerTerms, MemoryLedger } from '../../server/privacy/ledger.ts';
import type { PrivacySchedule } from '../../server/privacy/schedule.ts';
import { SettingsError } from '../../shared/errors.ts';
import { createLearner, type LearnerDefinitions, learnerDefinitions } from '../../shared/learners/index.ts';
import { type Dataset, type DatasetFacts, factsOf } from '../data/dataset.ts';
import { loadDataset } from '../data/index.ts';
import { type Evaluation, evaluate, type Metrics } from '../evaluation/evaluate.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { type Holdout, type Split, splitDataset } from '../evaluation/split.ts';
import { privacyStatement, type RoundLine, type RunResult, type RunSummary } from '../runs/results.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { usersCsv } from '../runs/users-csv.ts';
import { codeVersion, version } from '../version.ts';
import { evaluateBaselines } from './baselines.ts';
import type { SimulateHooks } from './hooks.ts';
import { trainInMemory } from './memory.ts';
import { simulatedSchedule } from './privacy.ts';
import type { SimulateSettings } from './settings.ts';
import type { TrainingHooks, TrainingResult } from './train.ts';
import { trainOverWebSocket } from './websocket.ts';

/** Without --cohort a round asks everybody, up to so many: beyond, a round's mean hardly gets better, only slower. */
const DEFAULT_COHORT = 10_000;

/** What a run trains on and is measured by; one copy serves many runs. */
export interface RunData {
  readonly dataset: DatasetFacts;
  readonly split: Split;
}

/** A run that has ended, and what its result was made from. */
export interface EndedRun {
  readonly result: RunResult;
  readonly training: TrainingResult;
  /** Null where the run was interrupted. */
  readonly evaluation: Evaluation | null;
  readonly baselines: RunSummary['baselines'];
  /** Of training alone. */
  readonly seconds: number;
}

/** Where a run writes what it does, as it does it. */
export interface RunRecorder {
  openLedger(terms: LedgerTerms): Ledger;
  appendRound(line: RoundLine): void;
  writeModel(safetensors: Uint8Array): void;
}

/**
 * One run: load, hold out, train by federation, evaluate, and the baselines beside it. Unless the process is killed, the
 * folder ends with a summary that says how the run ended. `learners` are those that the settings may name.
 */
export async function simulate(
  run: string,
  settings: SimulateSettings,
  folder: RunFolder,
  hooks: SimulateHooks,
  learners = learnerDefinitions,
): Promise<RunSummary> {
  folder.writeConfig({ run, larder: version, code: codeVersion(), node: process.version, settings });
  folder.writeSummary({ run, status: 'running' });
  try {
    const data = await loadRunData(settings, hooks);
    folder.writeCatalogue(data.dataset.catalogue.encode());
    const { result, training, evaluation, baselines, seconds } = await simulateOn(
      data,
      run,
      settings,
      folder,
      hooks,
      learners,
    );
    const status = hooks.signal.aborted ? 'interrupted' : 'finished';
    const devicesPerSecond = training.contributions / seconds;
    const summary: RunSummary = { run, status, ...result, baselines, seconds, devicesPerSecond };
    if (evaluation !== null) folder.writeResult({ kind: 'run', ...result }, usersCsv(evaluation.ranks, data.split));
    folder.writeSummary(summary);
    return summary;
  } catch (error) {
    folder.writeFailure(run, error);
    throw error;
  }
}

/** What `RunData` depends on. */
export type DataSettings = Pick<SimulateSettings, 'data' | 'columns' | 'maxBadShare' | 'holdout' | 'evaluateUsers'>;

export async function loadRunData(
  { data, columns, maxBadShare, holdout, evaluateUsers }: DataSettings,
  hooks: SimulateHooks,
): Promise<RunData> {
  hooks.progress({ label: `loading ${data}`, done: 0, total: 0 });
  const dataset = await loadDataset(data, { ...(columns && { columns }), maxBadShare });
  tellBadRows(dataset, hooks);
  return runDataOf(dataset, holdout, evaluateUsers);
}

/** The purchases live on in the split alone: the data set must not be used any more. */
export function runDataOf(dataset: Dataset, holdout: Holdout, evaluateUsers?: number): RunData {
  return { dataset: factsOf(dataset), split: splitDataset(dataset, { holdout, evaluateUsers, consume: true }) };
}

/** Trains, evaluates, and does the baselines, on data that was loaded by these settings. */
export async function simulateOn(
  data: RunData,
  run: string,
  settings: SimulateSettings,
  recorder: RunRecorder,
  hooks: SimulateHooks,
  learners: LearnerDefinitions,
): Promise<EndedRun> {
  const { dataset, split } = data;
  const { seed, holdout } = settings;
  const { training, schedule, seconds } = await train(run, settings, data, recorder, hooks, learners);

  let evaluation: Evaluation | null = null;
  let baselines: RunSummary['baselines'] = {};
  try {
    if (training.complete && !hooks.signal.aborted) {
      hooks.progress({ label: 'evaluating this run', done: 0, total: 0 });
      evaluation = await training.evaluate();
      const metrics = (scorer: Scorer): Metrics => metricsOf(evaluate(scorer, split, seed));
      baselines = await evaluateBaselines(settings, data, hooks, metrics, training.numerics);
    }
  } finally {
    await training.close();
  }
  const result: RunResult = {
    seed,
    data: dataSummary(dataset),
    learner: settings.learner,
    learnerOptions: settings.learnerOptions,
    rounds: training.state.round,
    abandonedRounds: training.abandonedRounds,
    transport: settings.transport,
    holdout,
    evaluatedUsers: split.evaluated.length,
    modelHash: training.published.hash,
    metrics: evaluation === null ? null : metricsOf(evaluation),
    privacy: privacyStatement(schedule, training.clipNorm),
    bytes: training.bytes,
    virtualTime: training.virtualTime,
  };
  return { result, training, evaluation, baselines, seconds };
}

export function dataSummary({ name, users, catalogue, pairs, hash }: DatasetFacts): RunSummary['data'] {
  return { name, users: users.length, items: catalogue.size, interactions: pairs, hash };
}

async function train(
  run: string,
  settings: SimulateSettings,
  { dataset, split }: RunData,
  recorder: RunRecorder,
  hooks: SimulateHooks,
  learners: LearnerDefinitions,
): Promise<{ training: TrainingResult; schedule: PrivacySchedule; seconds: number }> {
  const { learnerOptions, transport, evaluateEvery } = settings;
  let evaluationMs = 0;
  const onRound: TrainingHooks['onRound'] = (record, published, inMemory) => {
    recorder.writeModel(published.bytes);
    const write = (metrics?: Metrics): void => {
      const line: RoundLine = {
        ...record,
        modelBytes: published.bytes.length,
        ...(inMemory && { bytesPerDevice: inMemory.bytesPerDevice }),
        ...(inMemory && record.outcome === 'done' && { signal: inMemory.signal }),
        ...(metrics && { metrics }),
      };
      recorder.appendRound(line);
      hooks.round?.(line, published.model);
    };
    const due =
      evaluateEvery !== undefined && record.outcome === 'done' && (record.learnerRound + 1) % evaluateEvery === 0;
    if (!due || inMemory === undefined) {
      write();
      return undefined;
    }
    const evaluatingFromMs = performance.now();
    return inMemory.evaluate().then(evaluation => {
      evaluationMs += performance.now() - evaluatingFromMs;
      write(metricsOf(evaluation));
    });
  };
  const learner = createLearner(settings.learner, learnerOptions, dataset.catalogue, learners);
  const cohort = cohortOf(settings, split);
  const schedule = simulatedSchedule(settings, learner, cohort, split.users.length);
  const terms = { ...settings.privacy, budget: null };
  const ledger = schedule.epsilon === null ? new MemoryLedger(terms) : recorder.openLedger(terms);
  const start = transport === 'memory' ? trainInMemory : trainOverWebSocket;
  const startedAtMs = performance.now();
  const training = await start({
    run,
    settings,
    learner,
    dataset,
    split,
    cohort,
    schedule,
    ledger,
    hooks: { ...hooks, onRound },
  });
  return { training, schedule, seconds: (performance.now() - startedAtMs - evaluationMs) / 1000 };
}

export function cohortOf({ cohort }: SimulateSettings, { users }: Split): number {
  if (cohort === 'all') return users.length;
  if (cohort !== undefined && cohort > users.length) {
    throw new SettingsError(`A cohort of ${cohort} cannot be asked of ${users.length} devices. Lower --cohort.`);
  }
  return cohort ?? Math.min(users.length, DEFAULT_COHORT);
}

export function metricsOf({ full, sampled }: Evaluation): Metrics {
  return { full, sampled };
}

function tellBadRows({ report }: Dataset, hooks: SimulateHooks): void {
  const { rows, setAside, bad } = report;
  for (const [reason, count] of Object.entries(setAside)) hooks.notice(`${count} of ${rows} rows set aside: ${reason}`);
  if (bad.count > 0) hooks.notice(`${bad.count} of ${rows} rows are malformed and were left out`);
  for (const { line, reason } of bad.examples) hooks.notice(`  line ${line}: ${reason}`);
}
