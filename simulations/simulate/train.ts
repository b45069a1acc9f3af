import type { PublishedModel } from '../../server/fleet.ts';
import type { RoundRecord } from '../../server/round/record.ts';
import type { Learner, LearnerState } from '../../shared/learners/learner.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import type { Split } from '../evaluation/split.ts';
import type { SimulateHooks } from './hooks.ts';
import type { SimulateSettings } from './settings.ts';

/** What a transport is given to train with. */
export interface TrainingInput {
  /** Names the run. */
  readonly run: string;
  readonly settings: SimulateSettings;
  readonly learner: Learner;
  readonly dataset: Dataset;
  readonly split: Split;
  /** Devices asked a round, and the divisor of means. */
  readonly cohort: number;
  readonly hooks: TrainingHooks;
}

export interface TrainingHooks extends SimulateHooks {
  /** A round is over; `scorer` ranks with the model after it, where the transport can tell before the end. */
  onRound(record: RoundRecord, published: PublishedModel, scorer?: Scorer): void;
}

/** What training leaves behind. */
export interface TrainingResult {
  /** False: it was interrupted. */
  readonly complete: boolean;
  readonly state: LearnerState;
  readonly published: PublishedModel;
  readonly scorer: Scorer;
  /** The L2 bound that the rounds' contributions kept; null if there was no round. */
  readonly clipNorm: number | null;
  /** Contributions counted over all rounds. */
  readonly contributions: number;
  readonly abandonedRounds: number;
  readonly bytes: { readonly up: number; readonly down: number };
}
