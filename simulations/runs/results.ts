import type { RoundRecord } from '../../server/round/record.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { Metrics } from '../evaluation/evaluate.ts';

/** What a run can promise. `epsilon` is null where no noise was added: then nothing is promised beyond the clip bound. */
export interface PrivacyStatement {
  readonly trust: 'central';
  readonly epsilon: number | null;
  readonly delta: number | null;
  readonly adjacency: string | null;
  readonly accountant: string | null;
  readonly sampling: 'all' | 'fixed';
  readonly noiseMultiplier: number;
  readonly clipNorm: number | null;
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
  readonly status: 'finished' | 'interrupted';
  /** Rounds folded into the model. */
  readonly rounds: number;
  readonly modelHash: ContentHash;
  /** Payload bytes of frames received and sent. */
  readonly bytes: { readonly up: number; readonly down: number };
}

/** A line of `rounds.jsonl` in a simulation. */
export interface RoundLine extends RoundRecord {
  /** The size of the model after the round. */
  readonly modelBytes: number;
  /** Payload bytes that one device sent and received in this round, its greeting aside; known in memory only. */
  readonly bytesPerDevice?: { readonly up: number; readonly down: number };
  /** Where an evaluation along the way was asked for. */
  readonly metrics?: Metrics;
}

/**
 * `summary.json`, and what `simulate --json` prints. Field names are stable: programs read them. Ratios are from 0 to 1,
 * bytes are payload bytes of frames as devices would send (`up`) and receive (`down`) them.
 */
export interface RunSummary {
  readonly run: string;
  readonly status: 'finished' | 'interrupted';
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
  readonly baselines: { readonly popularity?: Metrics; readonly pooled?: Metrics; readonly ease?: Metrics };
  readonly privacy: PrivacyStatement;
  /** Training alone: evaluation and baselines are not counted. */
  readonly seconds: number;
  readonly devicesPerSecond: number;
  readonly bytes: { readonly up: number; readonly down: number };
}
