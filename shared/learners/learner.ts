import type { ZodType } from 'zod';
import type { Contribution } from '../aggregation/contribution.ts';
import type { Catalogue } from '../catalogue.ts';
import type { History } from '../history.ts';
import type { Numerics } from '../linear-algebra/numerics.ts';
import type { Model, TensorSpec } from '../model.ts';
import type { Random } from '../random/random.ts';

/** Everything the coordinator holds between rounds: plain tensors and a number, so that a run resumes from disk. */
export interface LearnerState {
  /** How many sums were folded so far. */
  readonly round: number;
  /** The global tensors that devices are sent. */
  readonly model: Model;
  /** What the coordinator needs besides and devices do not: an optimiser's moments, say. */
  readonly memory: Model;
}

/** What a round computes. Public: devices are sent it. */
export interface RoundPlan {
  /** Names the computation, for learners that have more than one. */
  readonly phase: string;
  /** The length of each contribution, whatever a device bought. */
  readonly length: number;
  /** The L2 bound of each contribution. */
  readonly clipNorm: number;
  /** Numbers that the device half needs this round, a learning rate that decays say. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** What a device computes from. */
export interface DeviceData {
  readonly history: History;
  /** The personal state, flat, in the order of `Learner.personal`; all zeros before first use. Learners write to it. */
  readonly personal: Float32Array;
}

/** The only thing a coordinator learns from a round. */
export interface Release {
  /** The sum of the bounded contributions, one number a coordinate. */
  readonly sum: Float64Array;
  /**
   * The divisor of means: how many contributions were expected, not how many came, because the sensitivity must not
   * depend on who came.
   */
  readonly expectedContributions: number;
  /** Standard deviation of the noise in each coordinate of `sum`, in its units; 0 without noise. Public. */
  readonly noiseDeviation: number;
}

/**
 * An algorithm with a half on the device and a half on the coordinator. Pure: no I/O, no clock, no randomness but the
 * one handed in, and the same object in a simulation and live.
 */
export interface Learner {
  readonly name: string;
  /** The tensors that a device trains and keeps for itself; empty if there are none. */
  readonly personal: readonly TensorSpec[];
  /** How many sums train it in all: after so many `plan` gives undefined. */
  readonly rounds: number;
  /**
   * How privacy is dealt out over the rounds, where not evenly: the squared signal to noise of round r is in proportion
   * to the r-th weight, so that its noise multiplier is that of the run times sqrt(mean weight / weight).
   */
  readonly privacyWeights?: readonly number[];

  /** Coordinator: the state before the first round. */
  init(random: Random): LearnerState;
  /** Coordinator: what the next round computes, or undefined when training is finished. */
  plan(state: LearnerState): RoundPlan | undefined;
  /**
   * Device: the vector it adds. Updates `device.personal` in place. The arrays of the contribution may be views of the
   * kernels' memory, void after the learner's next call: whoever keeps it copies it.
   */
  contribute(plan: RoundPlan, model: Model, device: DeviceData, random: Random): Contribution;
  /** Coordinator: the state after a round. Leaves the state it was given as it was. */
  fold(state: LearnerState, plan: RoundPlan, release: Release): LearnerState;
  /** Device: fits `device.personal` in place to a model that it has not trained with. Left out if nothing is personal. */
  personalise?(model: Model, device: DeviceData, random: Random): void;
  /**
   * Device: one score an item of the catalogue, higher is better. Items already bought are scored like any other. May be a
   * view of the kernels' memory that the learner's next call overwrites.
   */
  scores(model: Model, device: DeviceData): Float32Array;
}

/** A kind of learner, as commands and devices find it by name. */
export interface LearnerDefinition<Options = never> {
  readonly name: string;
  /** Validates the options and fills in the defaults; unknown keys are errors. */
  readonly options: ZodType<Options>;
  /**
   * Other defaults for runs with noise: what is best without it, such as a clip norm that no contribution reaches, drowns
   * in it. Chosen on the synthetic world alone, so that no real purchase pays for the choice.
   */
  readonly underNoise?: Readonly<Record<string, unknown>>;
  /** `numerics`: where `fold` has its large computations done; without it, on its own thread. */
  create(options: Options, catalogue: Catalogue, numerics?: Numerics): Learner;
}
