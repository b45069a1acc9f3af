import type { MessagePort } from 'node:worker_threads';
import type { LearnerDefinition, RoundPlan } from '../../shared/learners/learner.ts';
import type { TensorSpec } from '../../shared/model.ts';
import type { Protection } from '../../shared/privacy/protection.ts';
import type { Population } from '../data/population.ts';
import type { SharedIds } from '../data/shared-columns.ts';
import type { Ranks } from '../evaluation/evaluate.ts';
import type { Split } from '../evaluation/split.ts';

/** What a worker begins with. All large arrays are shared memory, so nothing is copied. */
export interface WorkerStart {
  readonly learner: { readonly name: string; readonly options: Parameters<LearnerDefinition['create']>[0] };
  readonly catalogue: Uint8Array;
  readonly population: Pick<Population, 'offsets' | 'purchases' | 'distinct'>;
  readonly users: SharedIds['columns'];
  readonly held: Split['held'];
  readonly personal: Float32Array;
  readonly seed: number;
  /** For the answers to jobs that the main thread blocks on. */
  readonly blocking: MessagePort;
}

/** A model in shared memory. The same model keeps its id, so that workers know it again. */
export interface SharedModel {
  readonly id: number;
  readonly specs: readonly TensorSpec[];
  readonly values: Float32Array;
}

interface Shared {
  /** Shared: the users, and who takes which of them. */
  readonly users: Int32Array;
  readonly portions: Int32Array;
  readonly model: SharedModel;
}

export type Job =
  | ({
      readonly type: 'train';
      readonly round: number;
      readonly plan: RoundPlan;
      readonly protection: Protection;
      /** Shared: every worker adds its sum. */
      readonly totals: Float64Array;
    } & Shared)
  | ({ readonly type: 'rank'; readonly ranks: Omit<Ranks, 'users'> } & Shared)
  /** The main thread waits for it without its event loop: the answer comes through `WorkerStart.blocking`. */
  | {
      readonly type: 'invert';
      readonly matrix: Float64Array;
      readonly order: number;
      readonly team: { readonly rank: number; readonly size: number; readonly cells: Int32Array };
      /** One number: how many have answered. */
      readonly answered: Int32Array;
    };

/** A worker is through with its part of a job. */
export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly declined: readonly number[]; readonly clipped: number; readonly reason?: string }
  | { readonly type: 'failed'; readonly error: WireError };

/** An error as it crosses from thread to thread, where classes are lost. */
export interface WireError {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
}
