import type { Noise, Sampling, TrustModel } from '../../server/privacy/options.ts';
import type { PrivacySchedule } from '../../server/privacy/schedule.ts';
import type { RoundRecord } from '../../server/round/record.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { AccountantName } from '../../shared/privacy/accountants/account.ts';
import type { Adjacency } from '../../shared/privacy/mechanism.ts';
import type { Cost } from '../compare/cost.ts';
import type { Metrics } from '../evaluation/evaluate.ts';
import type { RecentItemsQuality } from '../evaluation/history-length.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import type { VirtualTimeSummary } from '../virtual-time/virtual-time.ts';

/**
 * What a run can promise. Without noise `epsilon`, and with it all that belongs to a promise, is null: then nothing is
 * promised beyond the clip bound. It is that of the whole planned run, also of one that was interrupted: when to stop may
 * have been decided by looking at what was released.
 */
export interface PrivacyStatement {
  readonly trust: TrustModel;
  /** Everything on all of one shopper's devices is one user. */
  readonly unit: 'user';
  readonly epsilon: number | null;
  readonly delta: number | null;
  readonly adjacency: Adjacency | null;
  readonly accountant: AccountantName | null;
  readonly sampling: Sampling;
  readonly minSeparation: number;
  readonly noise: Noise | null;
  /** Of a release of mean weight; 0 without noise. */
  readonly noiseMultiplier: number;
  /** In the first release. */
  readonly clipNorm: number | null;
  readonly clipQuantile: number | null;
  /** True: the noise came from the run's seed, so that whoever knows the seed can take it off: fit for simulations only. */
  readonly seededNoise: boolean;
}

export function privacyStatement(
  { settings, epsilon, noiseMultiplier }: PrivacySchedule,
  clipNorm: number | null,
  seededNoise = epsilon !== null,
): PrivacyStatement {
  const { trust, delta, adjacency, accountant, sampling, minSeparation, noise, clipQuantile } = settings;
  const promise = epsilon === null ? null : { delta, adjacency, accountant, noise };
  return {
    trust,
    unit: 'user',
    epsilon,
    delta: promise && delta,
    adjacency: promise && adjacency,
    accountant: promise && accountant,
    sampling,
    minSeparation,
    noise: promise && noise,
    noiseMultiplier,
    clipNorm: settings.clipNorm ?? clipNorm,
    clipQuantile: clipQuantile ?? null,
    seededNoise,
  };
}

/** `summary.json` of a run that is going on, was killed, or failed. */
export type UnfinishedSummary =
  | { readonly run: string; readonly status: 'running' }
  | {
      readonly run: string;
      readonly status: 'failed';
      readonly error: { readonly code: string; readonly message: string };
    };

/** `summary.json` of `larder serve`, and what it prints with `--json`. */
export interface ServeSummary {
  readonly run: string;
  /** `budget`: the next round would have passed the budget. */
  readonly status: 'finished' | 'interrupted' | 'budget';
  /** Rounds folded into the model. */
  readonly rounds: number;
  readonly modelHash: ContentHash;
  /** Payload bytes of frames received and sent. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** What this run was to cost, and epsilon of all that the ledger holds, earlier runs included. */
  readonly privacy: PrivacyStatement & { readonly ledgerEpsilon: number | null };
}

/** A line of `rounds.jsonl` in a simulation. */
export interface RoundLine extends RoundRecord {
  /** The size of the model after the round. */
  readonly modelBytes: number;
  /** Payload bytes that one device sent and received in this round, its greeting aside; known in memory only. */
  readonly bytesPerDevice?: { readonly up: number; readonly down: number };
  /** Known in memory only; not of abandoned rounds. */
  readonly signal?: RoundSignal;
  /** Where an evaluation along the way was asked for. */
  readonly metrics?: Metrics;
}

/** How much of a round's sum came through: nobody but a simulation may know it. L2 norms in the units of contributions. */
export interface RoundSignal {
  /** The share of the contributions that the clip norm shortened. */
  readonly clipped: number;
  /** Of the sum of the clipped contributions, without noise. */
  readonly sumNorm: number;
  /** Of the noise: what is expected, not what was drawn. */
  readonly noiseNorm: number;
}

/**
 * What a run found: the same whenever, wherever and with however many threads it is repeated. Ratios are from 0 to 1,
 * bytes are payload bytes of frames as devices would send (`up`) and receive (`down`) them.
 */
export interface RunResult {
  readonly seed: number;
  readonly data: {
    readonly name: string;
    readonly users: number;
    readonly items: number;
    /** Distinct (user, item) pairs. */
    readonly interactions: number;
    readonly hash: ContentHash;
  };
  readonly learner: string;
  readonly learnerOptions: Readonly<Record<string, unknown>>;
  /** Rounds folded into the model, and rounds that were given up. */
  readonly rounds: number;
  readonly abandonedRounds: number;
  readonly transport: 'memory' | 'websocket';
  readonly holdout: string;
  readonly evaluatedUsers: number;
  readonly modelHash: ContentHash;
  /** Null where the run did not get as far as an evaluation. */
  readonly metrics: Metrics | null;
  readonly privacy: PrivacyStatement;
  readonly bytes: { readonly up: number; readonly down: number };
  /** What the run took in the time of its devices; null where they had no traces. */
  readonly virtualTime: VirtualTimeSummary | null;
}

/** `summary.json`, and what `simulate --json` prints. Field names are stable: programs read them. */
export interface RunSummary extends RunResult {
  readonly run: string;
  readonly status: 'finished' | 'interrupted';
  readonly baselines: { readonly popularity?: Metrics; readonly pooled?: Metrics; readonly ease?: Metrics };
  /** Training alone: evaluation and baselines are not counted. */
  readonly seconds: number;
  readonly devicesPerSecond: number;
}

/** `result.json` of a run. */
export interface RunFinding extends RunResult {
  readonly kind: 'run';
  /** By how many recent items a new device knows; where the study measured it. */
  readonly coldStart?: readonly RecentItemsQuality[];
  /** What training costs a device; where the study measured it. */
  readonly cost?: Cost;
}

/** `result.json` of a baseline, which nobody federates: a learner's name stands there for its pooled twin alone. */
export interface BaselineFinding extends Pick<RunResult, 'seed' | 'data' | 'holdout' | 'evaluatedUsers'> {
  readonly kind: 'baseline';
  readonly baseline: BaselineName;
  readonly learner: string | null;
  readonly metrics: Metrics;
  readonly coldStart?: readonly RecentItemsQuality[];
}

export type Finding = RunFinding | BaselineFinding;
