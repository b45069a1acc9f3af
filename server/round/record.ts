import type { ContentHash } from '../../shared/hash.ts';
import type { RoundPlan } from '../../shared/learners/learner.ts';
import type { ContributionOutcome } from '../../shared/protocol/messages.ts';
import type { AbandonReason, RoundState } from './round.ts';

/** What is written down of a round when it is over. */
export interface RoundRecord {
  readonly round: number;
  /** How many sums the learner had folded before. */
  readonly learnerRound: number;
  /** The plan's phase: what was computed. */
  readonly phase: string;
  readonly outcome: 'done' | 'abandoned';
  /** Why it was abandoned. */
  readonly reason?: AbandonReason;
  readonly asked: number;
  /** How many contributions the sum holds. */
  readonly counted: number;
  readonly declined: number;
  /** How many were gone before they contributed. */
  readonly left: number;
  /** How many were released before they contributed. */
  readonly released: number;
  /** Every answer to a contribution since the record before, those to late ones of earlier rounds among them. */
  readonly answers: Readonly<Record<ContributionOutcome, number>>;
  readonly startedAtMs: number;
  readonly recruitingMs: number;
  readonly trainingMs: number;
  readonly foldingMs: number;
  /** The model after the round: the same as before, if it was abandoned. */
  readonly model: ContentHash;
}

/** A round on its way, with the times at which its phases began. */
export interface RoundProgress {
  state: RoundState;
  readonly plan: RoundPlan;
  readonly learnerRound: number;
  readonly startedAtMs: number;
  trainingAtMs?: number;
  foldingAtMs?: number;
}

export function recordOf(
  { state, plan, learnerRound, startedAtMs, trainingAtMs, foldingAtMs }: RoundProgress,
  answers: Readonly<Record<ContributionOutcome, number>>,
  endedAtMs: number,
  model: ContentHash,
): RoundRecord {
  const { devices, tally } = state.roster;
  const foldingFrom = foldingAtMs ?? endedAtMs;
  const trainingFrom = trainingAtMs ?? foldingFrom;
  return {
    round: state.spec.round,
    learnerRound,
    phase: plan.phase,
    ...(state.phase === 'abandoned' ? { outcome: 'abandoned', reason: state.reason } : { outcome: 'done' }),
    asked: devices.length,
    counted: tally.counted,
    declined: tally.declined,
    left: tally.left,
    released: tally.pending,
    answers,
    startedAtMs,
    recruitingMs: trainingFrom - startedAtMs,
    trainingMs: foldingFrom - trainingFrom,
    foldingMs: endedAtMs - foldingFrom,
    model,
  };
}

export function noAnswers(): Record<ContributionOutcome, number> {
  return { counted: 0, duplicate: 0, late: 0, stale: 0, unasked: 0 };
}
