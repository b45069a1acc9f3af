import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../../shared/hash.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { type Job, jobId, jobName } from '../../simulations/compare/job.ts';
import type { Finding, RoundLine } from '../../simulations/runs/results.ts';
import { USERS_CSV_HEADER } from '../../simulations/runs/users-csv.ts';
import type { BaselineName } from '../../simulations/simulate/baselines.ts';
import { type SimulateOptions, simulateSettings } from '../../simulations/simulate/settings.ts';

/** A run that was never done: what it would have left behind, with as many hits as asked for. */
export interface InventedRun extends Omit<SimulateOptions, 'data'> {
  readonly data?: string;
  readonly baseline?: BaselineName;
  /** The share of the users whose held-out item comes first; others find it nowhere. */
  readonly hits: number;
  readonly rounds?: number;
  readonly code?: string;
  readonly coldStart?: boolean;
}

const EVALUATED = 400;

/** Users of a data set are as many as its specification says. */
export function usersOf(data: string): number {
  return Number(/users=(\d+)/.exec(data)?.[1] ?? 2000);
}

/** Writes the folder of a study with these runs. */
export function inventStudy(
  folder: string,
  runs: readonly InventedRun[],
  { name = 'invented', question = null as string | null, missing = [] as readonly object[] } = {},
): string {
  mkdirSync(join(folder, 'runs'), { recursive: true });
  write(join(folder, 'study.json'), { name, question });
  write(join(folder, 'comparison.json'), { missing });
  for (const run of runs) inventRun(folder, run);
  return folder;
}

export function inventRun(
  study: string,
  { baseline, hits, rounds = 1, code = 'abc', coldStart = false, data = 'synthetic', ...options }: InventedRun,
): string {
  const settings = simulateSettings({ data, ...options });
  const dataHash = contentHash(new TextEncoder().encode(data));
  const common = { settings, dataHash, code, measures: [] };
  const job: Job = baseline === undefined ? { kind: 'run', ...common } : { kind: 'baseline', baseline, ...common };
  const folder = join(study, 'runs', jobName(job));
  mkdirSync(folder, { recursive: true });
  write(join(folder, 'config.json'), { job, id: jobId(job), larder: '0.0.0', code, node: 'v20' });
  write(join(folder, 'result.json'), findingOf(job, data, rounds, coldStart));
  const lines = baseline === undefined ? Array.from({ length: rounds }, (_, round) => lineOf(job, round, hits)) : [];
  writeFileSync(join(folder, 'rounds.jsonl'), lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(join(folder, 'users.csv'), usersCsv(hits, settings.seed));
  return folder;
}

function findingOf({ settings, dataHash, ...job }: Job, data: string, rounds: number, coldStart: boolean): Finding {
  const { seed, learner, learnerOptions, holdout, privacy } = settings;
  const users = usersOf(data);
  const full = { 'hr@10': 0.2, 'ndcg@10': 0.2, 'recall@20': 0.2, mrr: 0.2 };
  const common = {
    seed,
    data: { name: data, users, items: 100, interactions: 10 * users, hash: dataHash },
    holdout,
    evaluatedUsers: EVALUATED,
    metrics: { full, sampled: { 'hr@10': 0.5, 'ndcg@10': 0.3 } },
    ...(coldStart && {
      coldStart: ([1, 2, 5, 10, 20, 'all'] as const).map(recentItems => ({
        recentItems,
        users: 100,
        'hr@10': 0.1,
        'ndcg@10': 0.05,
      })),
    }),
  };
  if (job.kind === 'baseline') {
    return { kind: 'baseline', baseline: job.baseline, learner: job.baseline === 'pooled' ? learner : null, ...common };
  }
  const epsilon = privacy.epsilon ?? null;
  const noised = epsilon !== null;
  return {
    kind: 'run',
    ...common,
    learner,
    learnerOptions,
    rounds,
    abandonedRounds: 0,
    transport: 'memory',
    modelHash: dataHash,
    privacy: {
      trust: privacy.trust,
      unit: 'user',
      epsilon,
      delta: noised ? privacy.delta : null,
      adjacency: noised ? privacy.adjacency : null,
      accountant: noised ? privacy.accountant : null,
      sampling: privacy.sampling,
      minSeparation: privacy.minSeparation,
      noise: noised ? privacy.noise : null,
      noiseMultiplier: noised ? 4 / epsilon : 0,
      clipNorm: privacy.clipNorm ?? 1,
      clipQuantile: null,
      seededNoise: noised,
    },
    bytes: { up: 1e6, down: 1e6 },
    virtualTime: null,
  };
}

function lineOf({ settings: { privacy } }: Job, round: number, hits: number): RoundLine {
  const ndcg = hits * (1 - 0.5 ** (round + 1));
  return {
    round,
    learnerRound: round,
    phase: 'train',
    outcome: 'done',
    asked: 10,
    counted: 10,
    declined: 0,
    left: 0,
    released: 0,
    answers: { counted: 10, duplicate: 0, late: 0, stale: 0, unasked: 0 },
    startedAtMs: 0,
    recruitingMs: 0,
    trainingMs: 0,
    foldingMs: 0,
    model: '0',
    modelBytes: 1000,
    bytesPerDevice: { up: 700, down: 300 },
    signal: { clipped: 0.25, sumNorm: 100, noiseNorm: privacy.epsilon === undefined ? 0 : 100 / privacy.epsilon },
    metrics: {
      full: { 'hr@10': ndcg, 'ndcg@10': ndcg, 'recall@20': ndcg, mrr: ndcg },
      sampled: { 'hr@10': ndcg, 'ndcg@10': ndcg },
    },
  };
}

/** Exactly the share of the users is hit; which ones, the seed says. Items and popularity are the same in all runs. */
function usersCsv(hits: number, seed: number): string {
  const random = seededRandom(seed, 'hits');
  const order = Array.from({ length: EVALUATED }, (_, user) => ({ user, at: random.float() })).sort(
    (a, b) => a.at - b.at,
  );
  const hit = new Set(order.slice(0, Math.round(hits * EVALUATED)).map(({ user }) => user));
  const rows = Array.from({ length: EVALUATED }, (_, user) => {
    return `${user},${4 + (user % 50)},${1 + ((user * 7) % 90)},${hit.has(user) ? 1 : 60},${hit.has(user) ? 1 : 50}\n`;
  });
  return `${USERS_CSV_HEADER}\n${rows.join('')}`;
}

function write(path: string, document: object): void {
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
}
