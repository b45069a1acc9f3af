import type { Metrics } from '../evaluation/evaluate.ts';
import type { RecentItemsQuality } from '../evaluation/history-length.ts';
import type { PrivacyStatement } from '../runs/results.ts';
import type { BaselineName } from '../simulate/baselines.ts';
import type { Estimate } from '../statistics/interval.ts';
import type { Quality } from '../statistics/user-quality.ts';
import type { Cost } from './cost.ts';
import type { JobError } from './runner.ts';
import type { Value } from './study.ts';
import type { StudyRecord } from './study-record.ts';

/** `comparison.json`, and what `compare --json` prints: it depends on no time, machine or number of threads. */
export interface Comparison {
  readonly study: string;
  readonly question: string | null;
  /** `interrupted`: some jobs were not tried. What failed or cannot be is among `missing`. */
  readonly status: 'finished' | 'interrupted';
  /** The versions of the code that results are of; more than one only where somebody wanted that. */
  readonly code: readonly string[];
  readonly data: StudyRecord['data'];
  readonly points: readonly Point[];
  readonly missing: readonly Missing[];
}

/** What names a point, and what a baseline is. */
export interface PointName {
  /** Unlike any other's on the same data. */
  readonly name: string;
  /** The specification of the data. */
  readonly data: string;
  /** Null: runs by federation. */
  readonly baseline: BaselineName | null;
  /** Of baselines the pooled twin alone has one. */
  readonly learner: string | null;
  /** As asked: without noise it means nothing. Null of baselines. */
  readonly trust: string | null;
  /** Null: no noise, or noise by multiplier. */
  readonly epsilon: number | null;
  /** Null: the learner's. */
  readonly clipNorm: number | null;
  /** Devices asked a round; null: the default. */
  readonly cohort: number | 'all' | null;
  /** The other axes of the study. */
  readonly settings: Readonly<Record<string, Value>>;
}

/** All finished runs of one combination: they differ in the seed alone. Figures are means over users and seeds. */
export interface Point extends PointName {
  readonly seeds: readonly number[];
  /** The folder under `runs/` of each seed. Points that noise alone would tell apart share theirs where there is none. */
  readonly runs: readonly string[];
  readonly code: readonly string[];
  /** How many users were evaluated. */
  readonly users: number;
  readonly metrics: Metrics;
  /** The same of the full ranking, with 95 % confidence intervals over users and seeds. */
  readonly quality: Readonly<Record<Quality, Estimate>>;
  /** From what the study takes differences from, on the same users; null where that is missing, or the point itself. */
  readonly difference: Difference | null;
  /** By how many items users were trained on. */
  readonly historyLength: readonly LengthGroup[];
  /** Null of baselines. */
  readonly federated: Federated | null;
  /** Where the study measured it. */
  readonly coldStart?: readonly RecentItemsQuality[];
  readonly cost?: Cost;
}

export interface Difference extends Readonly<Record<Quality, Estimate>> {
  /** The name of the other point. */
  readonly to: string;
  /** NDCG@10 over that of the other: 1 is no difference. Null where the other's may as well be zero. */
  readonly ratio: Estimate | null;
}

export interface Federated {
  readonly rounds: number;
  /** Payload bytes that a device sends and receives in a round that it takes part in; means over the rounds. */
  readonly bytesPerRound: { readonly up: number; readonly down: number };
  readonly privacy: PrivacyStatement;
}

export interface LengthGroup {
  readonly from: number;
  readonly to: number | null;
  readonly users: number;
  readonly 'ndcg@10': number;
  readonly 'hr@10': number;
}

/** `data`: they could not be loaded; `impossible`: settings that exclude each other; `unfinished`: not tried yet. */
export interface Missing extends PointName {
  readonly reason: 'data' | 'impossible' | 'failed' | 'unfinished';
  readonly seeds: readonly number[];
  /** Null of what was not tried. */
  readonly error: JobError | null;
}
