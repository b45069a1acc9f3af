import { LarderError } from '../shared/errors.ts';
import type { AbandonReason } from './round/round.ts';

/** More rounds in a row were abandoned than the settings allow. */
export class RoundsAbandonedError extends LarderError {
  readonly code = 'rounds_abandoned';
  /** The last round and why it was abandoned. */
  readonly round: number;
  readonly reason: AbandonReason;
  /** How many in a row. */
  readonly abandoned: number;

  constructor(round: number, reason: AbandonReason, abandoned: number) {
    super(
      `${abandoned} rounds in a row were abandoned, round ${round} as "${reason}". ` +
        'Have more devices join, lower the goal or the minimum, or give them more time.',
    );
    this.round = round;
    this.reason = reason;
    this.abandoned = abandoned;
  }
}

/** The coordinator half of a learner threw, which ends the run: the cause says why. */
export class LearnerFailedError extends LarderError {
  readonly code = 'learner_failed';
  readonly half: 'plan' | 'fold';

  constructor(learner: string, half: 'plan' | 'fold', learnerRound: number, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(`Learner "${learner}" failed to ${half} its round ${learnerRound}: ${what} Check its options.`, { cause });
    this.half = half;
  }
}

/** The coordinator was told to do what it cannot do in its state. */
export class CoordinatorStateError extends LarderError {
  readonly code = 'coordinator_state';
}

/** The address to listen on is taken, or not this machine's. */
export class ListenError extends LarderError {
  readonly code = 'listen';
}
