import { SettingsError } from '../shared/errors.ts';
import { type LearnerDefinitions, learnerDefinitionsWith } from '../shared/learners/index.ts';
import type { LearnerDefinition } from '../shared/learners/learner.ts';
import { withDefaults } from '../shared/protocol/limits.ts';
import type { Pace } from '../shared/protocol/messages.ts';
import { seededRandom } from '../shared/random/seeded.ts';
import { systemRandom } from '../shared/random/system.ts';
import { BlobCache } from './blob-cache.ts';
import { type Clock, systemClock } from './clock.ts';
import type { SocketConstructor } from './connection.ts';
import type { DeviceEvent } from './events.ts';
import { DEVICE_LIMITS, type DeviceLimits } from './limits.ts';
import type { DeviceStore } from './store.ts';
import type { RandomFor } from './trainer.ts';

export interface DeviceOptions {
  /** Where the coordinator listens, `wss://…`, or `ws://…` on a network that may read along. */
  readonly url: string;
  /** The WebSocket class to connect with: the browser's, or that of the package ws. */
  readonly WebSocket: SocketConstructor;
  readonly store: DeviceStore;
  /** The name under which the coordinator counts the device once. Default: what the store has, else 128 random bits. */
  readonly id?: string | undefined;
  /**
   * Default: the system's generator for what leaves the device, and a fixed stream for `personalise`, so that the same
   * model and purchases give the same recommendations. A simulation hands in `deviceRandom` with its seed.
   */
  readonly randomFor?: RandomFor | undefined;
  /** Learners that coordinators may ask for, beside those that every device knows: `tfjsLearner(…)` of `larder/tfjs`. */
  readonly learners?: readonly LearnerDefinition<unknown>[] | undefined;
  /** Handed to all devices of a process, so that they share one copy of each model. */
  readonly blobs?: BlobCache | undefined;
  /** The pace of coming back until a coordinator suggests another. Default: 1 s doubling to 5 min. */
  readonly pace?: Pace | undefined;
  readonly limits?: Partial<DeviceLimits> | undefined;
  readonly clock?: Clock | undefined;
  /** Told, in order and never during a call into the device, what happens. */
  readonly onEvent?: ((event: DeviceEvent) => void) | undefined;
}

export interface CompiledDeviceOptions {
  readonly url: string;
  readonly WebSocket: SocketConstructor;
  readonly store: DeviceStore;
  readonly id: string | undefined;
  readonly randomFor: RandomFor;
  readonly learners: LearnerDefinitions;
  readonly blobs: BlobCache;
  readonly pace: Pace;
  readonly limits: DeviceLimits;
  readonly clock: Clock;
  readonly onEvent: (event: DeviceEvent) => void;
}

/** A second is soon enough for a person and slow enough for a coordinator that just restarted; five minutes save power. */
const DEFAULT_PACE: Pace = Object.freeze({ reconnectMinMs: 1_000, reconnectMaxMs: 300_000 });

/** @throws SettingsError */
export function compileOptions(options: DeviceOptions): CompiledDeviceOptions {
  const { url, WebSocket, store, id, onEvent = () => {} } = options;
  const limits = withDefaults(DEVICE_LIMITS, options.limits ?? {});
  if (!/^wss?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SettingsError(`"${url}" is not the address of a coordinator. Give one like wss://larder.example/.`);
  }
  if (id !== undefined && (id === '' || id.length > limits.maxDeviceIdLength || /\p{Cc}/u.test(id))) {
    const { maxDeviceIdLength } = limits;
    throw new SettingsError(`A device id has 1 to ${maxDeviceIdLength} characters, none of them control characters.`);
  }
  return {
    url,
    WebSocket,
    store,
    id,
    randomFor: options.randomFor ?? defaultRandomFor(),
    learners: learnerDefinitionsWith(options.learners ?? []),
    blobs: options.blobs ?? new BlobCache(),
    pace: options.pace ?? DEFAULT_PACE,
    limits,
    clock: options.clock ?? systemClock,
    onEvent,
  };
}

function defaultRandomFor(): RandomFor {
  const system = systemRandom();
  return (round, purpose) => (purpose === 'personalise' ? seededRandom(round, purpose) : system);
}
