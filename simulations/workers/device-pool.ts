import type { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import type { Numerics } from '../../shared/linear-algebra/numerics.ts';
import type { Model } from '../../shared/model.ts';
import type { Ranks } from '../evaluation/evaluate.ts';
import type { DeviceTask } from '../simulate/virtual-devices.ts';

export interface TrainHooks {
  /** Aborting it ends the training of a cohort soon; what was trained of it is lost. */
  readonly signal: AbortSignal;
  /** So many more devices have trained. */
  readonly trained: (count: number) => void;
}

/** What a cohort gave. */
export interface Trained {
  /** Of those that did not decline, each clipped and on the round's grid. */
  readonly sum: IntegerSum;
  /** How many of them the bound shortened. */
  readonly clipped: number;
  /** The devices, by user, whose numbers stopped being finite. */
  readonly declined: readonly number[];
  /** What the first of them said. */
  readonly reason?: string;
}

/**
 * Plays the virtual devices of a run, in this thread or in several. Sums are exact, and each device draws from a stream of
 * its own, so the results are the same bit for bit, however many threads there are.
 */
export interface DevicePool {
  /** Undefined if it was aborted. */
  train(task: DeviceTask, users: Int32Array, hooks: TrainHooks): Promise<Trained | undefined>;
  /** Ranks what is held out from these users, all evaluated ones if left out, with the run's learner and a model of it. */
  rank(model: Model, users?: Int32Array): Promise<Ranks>;
  /** For the coordinator's largest computations. */
  readonly numerics: Numerics;
  close(): Promise<void>;
}
