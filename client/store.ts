import type { ContentHash } from '../shared/hash.ts';
import type { Interaction } from '../shared/history.ts';

/** Everything that a device knows when it wakes up. */
export interface StoredDevice {
  /** The name under which coordinators count it once; undefined before the first `saveId`. */
  readonly id: string | undefined;
  /** In the order in which they were recorded. */
  readonly interactions: readonly Interaction[];
  readonly progress: Progress | undefined;
}

/** What the device has learnt: enough to recommend without a connection, and to go on training with one. */
export interface Progress {
  /** The training run that all the rest belongs to. */
  readonly run: string;
  readonly learner: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly catalogue: StoredBlob;
  readonly model: StoredBlob;
  /** The learner's personal tensors, flat. They never leave the device. */
  readonly personal: Float32Array;
  /** The run's release that this device last contributed to; left out before the first. */
  readonly lastRelease?: number;
}

/** Public content, named by the hash of its bytes. Devices of one process share it in memory and on disk. */
export interface StoredBlob {
  readonly hash: ContentHash;
  readonly bytes: Uint8Array;
}

/**
 * Where one device keeps its data. What a method wrote is durable when its promise resolves; a write that fails, or that
 * a crash cuts short, leaves what was there before. Values handed over are not changed by either side afterwards.
 *
 * @throws StoreError (each method, by rejecting) if the data cannot be read or written, or is damaged.
 */
export interface DeviceStore {
  load(): Promise<StoredDevice>;
  saveId(id: string): Promise<void>;
  /** Adds to the history, all of them or none. */
  append(interactions: readonly Interaction[]): Promise<void>;
  /** Replaces the progress as a whole. */
  saveProgress(progress: Progress): Promise<void>;
}
