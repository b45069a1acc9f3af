import type { ContentHash } from '../shared/hash.ts';
import type { ContributionOutcome, DeclineReason, ReleaseReason } from '../shared/protocol/messages.ts';
import type { RefusalCode } from '../shared/protocol/refusals.ts';
import type { DeviceState } from './state.ts';

/** What a device tells the app that embeds it. */
export type DeviceEvent =
  | { readonly type: 'state'; readonly from: DeviceState; readonly to: DeviceState }
  /** The coordinator welcomed the device to a training run. */
  | { readonly type: 'joined'; readonly run: string; readonly learner: string }
  /** The device was asked for a contribution of that length. */
  | { readonly type: 'task'; readonly round: number; readonly model: ContentHash; readonly length: number }
  /** A contribution went out: so many numbers, whatever was bought. */
  | { readonly type: 'contribution'; readonly round: number; readonly length: number }
  | { readonly type: 'declined'; readonly round: number; readonly reason: DeclineReason }
  /** What became of a contribution. */
  | { readonly type: 'receipt'; readonly round: number; readonly outcome: ContributionOutcome }
  /** The round needs nothing more from this device. */
  | { readonly type: 'released'; readonly round: number; readonly reason: ReleaseReason }
  | { readonly type: 'refused'; readonly refusal: RefusalCode; readonly message: string }
  /** The connection is gone; the device comes back by itself. */
  | { readonly type: 'disconnected'; readonly cause: Error; readonly retryInMs: number }
  /** Training is over; this is the final model. */
  | { readonly type: 'finished'; readonly model: ContentHash }
  /** Something failed that the device can live with, unless a change of state to `failed` comes with it. */
  | { readonly type: 'error'; readonly error: Error };
