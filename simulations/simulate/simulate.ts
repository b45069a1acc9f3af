import { SettingsError } from '../../shared/errors.ts';
import { createLearner } from '../../shared/learners/index.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadDataset } from '../data/index.ts';
import { evaluate, type Metrics } from '../evaluation/evaluate.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { type Split, splitDataset } from '../evaluation/split.ts';
import type { RunSummary } from '../runs/results.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { version } from '../version.ts';
import { evaluateBaselines } from './baselines.ts';
import type { SimulateHooks } from './hooks.ts';
import { trainInMemory } from './memory.ts';
import type { SimulateSettings } from './settings.ts';
import type { TrainingHooks, TrainingResult } from './train.ts';
import { trainOverWebSocket } from './websocket.ts';

/** Without --cohort a round asks everybody, up to so many: beyond, a round's mean hardly gets better, only slower. */
const DEFAULT_COHORT = 10_000;

/**
 * One run: load, hold out, train by federation, evaluate, and the baselines beside it. Unless the process is killed, the
 * folder ends with a summary that says how the run ended.
 */
export async function simulate(
  run: string,
  settings: SimulateSettings,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<RunSummary> {
  folder.writeConfig({ run, larder: version, node: process.version, settings });
  folder.writeSummary({ run, status: 'running' });
  try {
    const summary = await runSteps(run, settings, folder, hooks);
    folder.writeSummary(summary);
    return summary;
  } catch (error) {
    folder.writeFailure(run, error);
    throw error;
  }
}

async function runSteps(
  run: string,
  settings: SimulateSettings,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<RunSummary> {
  const { data, columns, maxBadShare, seed, holdout } = settings;
  hooks.progress({ label: `loading ${data}`, done: 0, total: 0 });
  const dataset = await loadDataset(data, { ...(columns && { columns }), maxBadShare });
  tellBadRows(dataset, hooks);
  folder.writeCatalogue(dataset.catalogue.encode());
  const split = splitDataset(dataset, { holdout });

  const { training, seconds } = await train(run, settings, dataset, split, folder, hooks);

  let metrics: Metrics | null = null;
  let baselines: RunSummary['baselines'] = {};
  if (training.complete && !hooks.signal.aborted) {
    hooks.progress({ label: 'evaluating this run', done: 0, total: 0 });
    metrics = metricsOf(training.scorer, split, seed);
    baselines = await evaluateBaselines(settings, dataset, split, hooks, scorer => metricsOf(scorer, split, seed));
  }
  return {
    run,
    status: hooks.signal.aborted ? 'interrupted' : 'finished',
    seed,
    data: {
      name: dataset.name,
      users: dataset.users.length,
      items: dataset.catalogue.size,
      interactions: dataset.population.pairs,
      hash: dataset.hash,
    },
    learner: settings.learner,
    learnerOptions: settings.learnerOptions,
    rounds: training.state.round,
    abandonedRounds: training.abandonedRounds,
    transport: settings.transport,
    holdout,
    evaluatedUsers: split.users.filter((_, user) => split.heldOut(user).length > 0).length,
    modelHash: training.published.hash,
    metrics,
    baselines,
    privacy: {
      trust: 'central',
      epsilon: null,
      delta: null,
      adjacency: null,
      accountant: null,
      sampling: cohortOf(settings, split) === split.users.length ? 'all' : 'fixed',
      noiseMultiplier: 0,
      clipNorm: training.clipNorm,
    },
    seconds,
    devicesPerSecond: training.contributions / seconds,
    bytes: training.bytes,
  };
}

async function train(
  run: string,
  settings: SimulateSettings,
  dataset: Dataset,
  split: Split,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<{ training: TrainingResult; seconds: number }> {
  const { learnerOptions, transport, evaluateEvery, seed } = settings;
  let evaluationMs = 0;
  const onRound: TrainingHooks['onRound'] = (record, published, scorer) => {
    folder.writeModel(published.bytes);
    const due =
      evaluateEvery !== undefined && record.outcome === 'done' && (record.learnerRound + 1) % evaluateEvery === 0;
    const evaluatingFromMs = performance.now();
    const metrics = due && scorer !== undefined ? metricsOf(scorer, split, seed) : undefined;
    evaluationMs += performance.now() - evaluatingFromMs;
    folder.appendRound({ ...record, ...(metrics && { metrics }) });
  };
  const learner = createLearner(settings.learner, learnerOptions, dataset.catalogue);
  const cohort = cohortOf(settings, split);
  const start = transport === 'memory' ? trainInMemory : trainOverWebSocket;
  const startedAtMs = performance.now();
  const training = await start({ run, settings, learner, dataset, split, cohort, hooks: { ...hooks, onRound } });
  return { training, seconds: (performance.now() - startedAtMs - evaluationMs) / 1000 };
}

function cohortOf({ cohort }: SimulateSettings, { users }: Split): number {
  if (cohort !== undefined && cohort > users.length) {
    throw new SettingsError(`A cohort of ${cohort} cannot be asked of ${users.length} devices. Lower --cohort.`);
  }
  return cohort ?? Math.min(users.length, DEFAULT_COHORT);
}

function metricsOf(scorer: Scorer, split: Split, seed: number): Metrics {
  const { full, sampled } = evaluate(scorer, split, seed);
  return { full, sampled };
}

function tellBadRows({ report }: Dataset, hooks: SimulateHooks): void {
  const { rows, setAside, bad } = report;
  for (const [reason, count] of Object.entries(setAside)) hooks.notice(`${count} of ${rows} rows set aside: ${reason}`);
  if (bad.count > 0) hooks.notice(`${bad.count} of ${rows} rows are malformed and were left out`);
  for (const { line, reason } of bad.examples) hooks.notice(`  line ${line}: ${reason}`);
}
