import type { IntegerContribution } from '../../shared/aggregation/contribution.ts';
import type { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { ContributionOutcome, ReleaseReason } from '../../shared/protocol/messages.ts';
import type { Roster } from './roster.ts';
import type { RoundSettings } from './settings.ts';

/** What a round is about; fixed from its start to its end. */
export interface RoundSpec {
  /** Never used twice in a run, not even after an abandoned round, so that a stale contribution never fits. */
  readonly round: number;
  /** The model that devices train from. */
  readonly model: ContentHash;
  /** The length of each contribution. */
  readonly length: number;
  readonly settings: RoundSettings;
}

/**
 * A round. Selection, configuration and reporting of Bonawitz et al. 2019 (arXiv 1902.01046, section 2.2), and the fold:
 *
 * ```
 *                             goal counted, or nobody pending, or the
 *            devices selected deadline: with the minimum counted               folded
 * recruiting ───────────────▶ training ───────────────────────────▶ folding ────────▶ done
 *     │                          │                                     │
 *     │ deadline or cancel       │ minimum out of reach, or cancel     │ fold failed
 *     └──────────────────────────┴───────▶ abandoned ◀─────────────────┘
 * ```
 *
 * `recruiting`: waits for enough ready devices. `training`: asked devices train and report. `folding`: the sum is
 * complete and the learner takes it in. `done` and `abandoned`: over; contributions are still answered. Each wait has a
 * deadline but folding, which waits for nobody.
 */
export type RoundState = Recruiting | Training | Folding | Done | Abandoned;

interface Common {
  readonly spec: RoundSpec;
  /** Who was asked; empty before training. */
  readonly roster: Roster;
}

export interface Recruiting extends Common {
  readonly phase: 'recruiting';
  /** How many devices were ready when last heard. */
  readonly available: number;
  /** `select` was emitted and `selected` is awaited. */
  readonly selecting: boolean;
  readonly deadlineAtMs: number;
}

export interface Training extends Common {
  readonly phase: 'training';
  readonly deadlineAtMs: number;
}

export interface Folding extends Common {
  readonly phase: 'folding';
}

export interface Done extends Common {
  readonly phase: 'done';
}

export interface Abandoned extends Common {
  readonly phase: 'abandoned';
  readonly reason: AbandonReason;
}

/**
 * `too_few_ready`: recruiting ended below the minimum. `too_few_in_time`: the deadline came before the minimum.
 * `too_few_left`: so many declined or left that the minimum was out of reach. `fold_failed`: the learner threw.
 * `cancelled`: the coordinator was stopped.
 */
export type AbandonReason = 'too_few_ready' | 'too_few_in_time' | 'too_few_left' | 'fold_failed' | 'cancelled';

/** What happens to a round. Any event may come in any phase. */
export type RoundEvent =
  /** So many devices are ready. */
  | { readonly type: 'available'; readonly count: number }
  /** The answer to `select`. */
  | { readonly type: 'selected'; readonly devices: readonly string[]; readonly nowMs: number }
  | {
      readonly type: 'contribution';
      readonly device: string;
      readonly round: number;
      readonly model: ContentHash;
      /** Its values were checked; the round only looks at its length. */
      readonly vector: IntegerContribution;
    }
  /** Of several devices, added up already. */
  | {
      readonly type: 'contributions';
      readonly devices: readonly string[];
      readonly round: number;
      readonly model: ContentHash;
      readonly sum: IntegerSum;
    }
  | { readonly type: 'declined'; readonly device: string; readonly round: number }
  /** The device's connection is gone. */
  | { readonly type: 'left'; readonly device: string }
  | { readonly type: 'tick'; readonly nowMs: number }
  /** The answers to `fold`. */
  | { readonly type: 'folded' }
  | { readonly type: 'foldFailed' }
  /** Ends recruiting or training; a fold that has begun ends by itself. */
  | { readonly type: 'cancel' };

/** What is to be done, in this order, by whoever drives the round. */
export type RoundEffect =
  /** Choose so many of the ready devices, and say which with `selected`. */
  | { readonly type: 'select'; readonly count: number }
  | { readonly type: 'ask'; readonly devices: readonly string[]; readonly deadlineAtMs: number }
  /** Send a `tick` at this time; replaces the one asked for before. */
  | { readonly type: 'wake'; readonly atMs: number }
  /** Add the vector to the round's sum. */
  | { readonly type: 'count'; readonly vector: IntegerContribution }
  /** Add these contributions to the round's sum. */
  | { readonly type: 'merge'; readonly sum: IntegerSum }
  /** Tell the device what became of its contribution to `round`; every contribution gets one answer. */
  | { readonly type: 'answer'; readonly device: string; readonly round: number; readonly outcome: ContributionOutcome }
  /** The same to several devices. */
  | {
      readonly type: 'answerAll';
      readonly devices: readonly string[];
      readonly round: number;
      readonly outcome: ContributionOutcome;
    }
  /** Tell the devices that the round no longer waits for them. */
  | { readonly type: 'release'; readonly devices: readonly string[]; readonly reason: ReleaseReason }
  /** The sum is complete: fold it, then say `folded` or `foldFailed`. */
  | { readonly type: 'fold' }
  /** The round is over, done or abandoned as the state says. */
  | { readonly type: 'close' };

export interface Step<State extends RoundState = RoundState> {
  readonly state: State;
  readonly effects: readonly RoundEffect[];
}
