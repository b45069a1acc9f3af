import type { IntegerContribution } from '../shared/aggregation/contribution.ts';
import type { ContentHash } from '../shared/hash.ts';
import type { RoundPlan } from '../shared/learners/learner.ts';
import type { Model } from '../shared/model.ts';
import type { Protection } from '../shared/privacy/protection.ts';
import type { ContributionOutcome, DeclineReason, ReleaseReason } from '../shared/protocol/messages.ts';

/** A model as devices know it: encoded once, named by the hash of those bytes. */
export interface PublishedModel {
  readonly model: Model;
  readonly hash: ContentHash;
  /** The model as safetensors. */
  readonly bytes: Uint8Array;
}

/** What the devices of a cohort are asked. Immutable, and the same for all of them. */
export interface Task {
  readonly round: number;
  readonly plan: RoundPlan;
  readonly protection: Protection;
  readonly published: PublishedModel;
  /** When the round stops waiting, on the coordinator's clock, in milliseconds. */
  readonly deadlineAtMs: number;
}

/**
 * Ids in ascending order of their UTF-16 code units, each once; a sorted array is one. A fleet of a million need not spell
 * them all out.
 */
export interface DeviceList {
  readonly length: number;
  at(index: number): string | undefined;
}

/**
 * The devices, as a coordinator sees them: sockets (`server/gateway`) or virtual devices (`simulations`). Commands go
 * down here; what devices do comes back up through `DeviceEvents`. A fleet may call `DeviceEvents` while it is called. It
 * skips commands to devices that are gone.
 */
export interface Fleet {
  /** The devices that could be asked now. */
  ready(): DeviceList;
  ask(devices: readonly string[], task: Task): void;
  receipt(device: string, round: number, outcome: ContributionOutcome): void;
  /** The round needs nothing more from these devices. */
  release(devices: readonly string[], round: number, reason: ReleaseReason): void;
  /** Training is over. */
  finish(published: PublishedModel): void;
}

/** What a fleet tells its coordinator. Everything was validated: shape, finiteness, the clip bound. */
export interface DeviceEvents {
  /** The set of ready devices changed. */
  readyChanged(): void;
  contributed(device: string, contribution: { round: number; model: ContentHash; vector: IntegerContribution }): void;
  declined(device: string, round: number, reason: DeclineReason): void;
  /** The device is gone: disconnected, or closed for a fault. */
  left(device: string): void;
}
