import type { PublishedModel } from '../../server/fleet.ts';
import type { Ledger } from '../../server/privacy/ledger.ts';
import type { PrivacySchedule } from '../../server/privacy/schedule.ts';
import type { RoundRecord } from '../../server/round/record.ts';
import type { Learner, LearnerState } from '../../shared/learners/learner.ts';
import type { Numerics } from '../../shared/linear-algebra/numerics.ts';
import type { Model } from '../../shared/model.ts';
import type { DatasetFacts } from '../data/dataset.ts';
import type { Evaluation } from '../evaluation/evaluate.ts';
import type { HistoryScorer } from '../evaluation/scorer.ts';
import type { Split } from '../evaluation/split.ts';
import type { RoundSignal } from '../runs/results.ts';
import type { VirtualTimeSummary } from '../virtual-time/virtual-time.ts';
import type { SimulateHooks } from './hooks.ts';
import type { SimulateSettings } from './settings.ts';

/** What a transport is given to train with. */
export interface TrainingInput {
  /** Names the run. */
  readonly run: string;
  readonly settings: SimulateSettings;
  readonly learner: Learner;
  readonly dataset: DatasetFacts;
  readonly split: Split;
  /** Devices expected in a round, and the divisor of means. */
  readonly cohort: number;
  readonly schedule: PrivacySchedule;
  readonly ledger: Ledger;
  readonly hooks: TrainingHooks;
}

export interface TrainingHooks extends SimulateHooks {
  /** A round is over. The next one begins when what it returns is settled. */
  onRound(record: RoundRecord, published: PublishedModel, inMemory?: RoundInMemory): Promise<void> | undefined;
}

/** What is known of a round before the run ends where the devices are in this process. */
export interface RoundInMemory {
  /** Of the model after the round. */
  evaluate(): Promise<Evaluation>;
  /** Payload bytes that one device sent and received in this round, its greeting aside. */
  readonly bytesPerDevice: { readonly up: number; readonly down: number };
  readonly signal: RoundSignal;
}

/** What training leaves behind. */
export interface TrainingResult {
  /** False: it was interrupted. */
  readonly complete: boolean;
  readonly state: LearnerState;
  readonly published: PublishedModel;
  /** Of the published model. */
  evaluate(): Promise<Evaluation>;
  /** Of devices that are set up after training, for this run's model after any of its rounds. */
  readonly newcomerScorer: (model: Model) => HistoryScorer;
  /** The L2 bound that the rounds' contributions kept; null if there was no round. */
  readonly clipNorm: number | null;
  /** Contributions counted over all rounds. */
  readonly contributions: number;
  readonly abandonedRounds: number;
  readonly bytes: { readonly up: number; readonly down: number };
  /** Null where devices had no traces. */
  readonly virtualTime: VirtualTimeSummary | null;
  /** What the run's coordinator computed with, while nothing is closed. */
  readonly numerics: Numerics;
  /** To be called when nothing more is evaluated. */
  close(): Promise<void>;
}
