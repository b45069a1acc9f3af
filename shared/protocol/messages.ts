import type { ContentHash } from '../hash.ts';
import type { RoundPlan } from '../learners/learner.ts';
import type { Protection } from '../privacy/protection.ts';
import type { RefusalCode } from './refusals.ts';

/** Raised by every change to these messages that an older peer would not understand. */
export const PROTOCOL_VERSION = 2;

/**
 * What a device can say. No member holds an interaction, a row number, or anything else that depends on what was bought,
 * but for the values of a contribution, whose length is the plan's.
 */
export type DeviceMessage = Hello | ContributionMessage | Decline;

/** The first message of a connection. */
export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  /** The name under which the device is counted once. */
  readonly device: string;
  /** Blobs that it kept from before and need not be sent again. */
  readonly holds: readonly ContentHash[];
}

/** The device's bounded vector on the round's integer grid: little-endian int32, dense. */
export interface ContributionMessage {
  readonly type: 'contribution';
  readonly round: number;
  /** The model that it was computed from. */
  readonly model: ContentHash;
  readonly dtype: 'int32';
  readonly shape: readonly [length: number];
  readonly data: Uint8Array;
}

/** The device will not contribute to this round; it stays for later ones. */
export interface Decline {
  readonly type: 'decline';
  readonly round: number;
  readonly reason: DeclineReason;
}

/** `failed`: training threw; `unwilling`: the owner's rules or the app said no; `deadline`: too slow to make it. */
export const DECLINE_REASONS = ['failed', 'unwilling', 'deadline'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** What a coordinator can say. */
export type CoordinatorMessage = Welcome | Blob | TaskMessage | Receipt | Released | Finished | Refusal;

/** The answer to `hello`. Blobs that the device lacks come before the message that needs them. */
export interface Welcome {
  readonly type: 'welcome';
  readonly protocol: number;
  /** Names the training run; personal state belongs to one run. */
  readonly run: string;
  readonly learner: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly catalogue: ContentHash;
  readonly pace: Pace;
}

/** When to come back after losing the connection: a delay that doubles with each failure, with full jitter. */
export interface Pace {
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

/** Content that many devices are sent: encoded once, named by the hash of `data`. */
export interface Blob {
  readonly type: 'blob';
  readonly kind: BlobKind;
  readonly hash: ContentHash;
  readonly data: Uint8Array;
}

export const BLOB_KINDS = ['catalogue', 'model'] as const;
export type BlobKind = (typeof BLOB_KINDS)[number];

/** Asks for a contribution. */
export interface TaskMessage {
  readonly type: 'task';
  readonly round: number;
  readonly model: ContentHash;
  readonly plan: RoundPlan;
  readonly protection: Protection;
  /** How long the round still waits for the contribution. */
  readonly timeLeftMs: number;
}

/** What became of a contribution. */
export interface Receipt {
  readonly type: 'receipt';
  readonly round: number;
  readonly outcome: ContributionOutcome;
}

/**
 * `counted`: it is in the sum. `duplicate`: this device's contribution to the round was already there. `late`: the round
 * no longer waited for it: it had enough, its time was up, or the device had declined or lost its connection since it was
 * asked. `stale`: it belongs to another round or another model, or does not fit the plan. `unasked`: this device was not
 * asked in this round.
 */
export const CONTRIBUTION_OUTCOMES = ['counted', 'duplicate', 'late', 'stale', 'unasked'] as const;
export type ContributionOutcome = (typeof CONTRIBUTION_OUTCOMES)[number];

/** The round needs nothing more from this device; it may stop training and wait. */
export interface Released {
  readonly type: 'released';
  readonly round: number;
  readonly reason: ReleaseReason;
}

/** `enough`: the goal was reached. `deadline`: the time was up. `abandoned`: too few devices were left. */
export const RELEASE_REASONS = ['enough', 'deadline', 'abandoned'] as const;
export type ReleaseReason = (typeof RELEASE_REASONS)[number];

/** Training is over; the model named here is the final one. */
export interface Finished {
  readonly type: 'finished';
  readonly model: ContentHash;
}

/** The connection closes after this one. */
export interface Refusal {
  readonly type: 'refusal';
  readonly code: RefusalCode;
  /** One sentence that says what to do. */
  readonly message: string;
  /** When trying again makes sense; left out when it does not. */
  readonly retryAfterMs?: number | undefined;
}
