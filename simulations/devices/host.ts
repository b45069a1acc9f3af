import { BlobCache } from '../../client/blob-cache.ts';
import type { Device } from '../../client/device.ts';
import type { DeviceEvent } from '../../client/events.ts';
import { MemoryStore } from '../../client/memory-store.ts';
import { createDevice, FileStore } from '../../client/node.ts';
import type { DeviceStore } from '../../client/store.ts';
import type { LearnerDefinition } from '../../shared/learners/learner.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import type { DeviceHistory } from './histories.ts';

export interface HostOptions {
  readonly url: string;
  readonly histories: readonly DeviceHistory[];
  /** Where devices keep what they learn; in memory if left out. */
  readonly stateFolder?: string | undefined;
  /** Makes training repeatable, and predictable: for simulations only. Left out, the system's generator is used. */
  readonly seed?: number | undefined;
  /** Learners of the user's own, beside those that every device knows. */
  readonly learners?: readonly LearnerDefinition<unknown>[] | undefined;
  readonly onEvent: (device: string, event: DeviceEvent) => void;
}

/** Many devices in one process, with one copy of each model between them. */
export class DeviceHost {
  readonly devices: ReadonlyMap<string, Device>;

  private constructor(devices: ReadonlyMap<string, Device>) {
    this.devices = devices;
  }

  /** Gives each device its store and its history; purchases that a store has from an earlier run are not added again. */
  static async open({ url, histories, stateFolder, seed, learners, onEvent }: HostOptions): Promise<DeviceHost> {
    const blobs = new BlobCache();
    const files = stateFolder === undefined ? undefined : await FileStore.open(stateFolder);
    const devices = new Map<string, Device>();
    for (const { device: id, interactions } of histories) {
      const store: DeviceStore = files?.device(id) ?? new MemoryStore();
      const known = (await store.load()).interactions.length;
      const device = createDevice({
        url,
        id,
        store,
        blobs,
        learners,
        ...(seed !== undefined && { randomFor: (round, purpose) => deviceRandom(seed, round, id, purpose) }),
        onEvent: event => onEvent(id, event),
      });
      if (interactions.length > known) await device.record(...interactions.slice(known));
      devices.set(id, device);
    }
    return new DeviceHost(devices);
  }

  /** Takes part until training is over for every device, or the signal stops them. Gives each failed device's error. */
  async run(signal: AbortSignal): Promise<Map<string, Error>> {
    const failures = new Map<string, Error>();
    const stop = (): void => void this.stop();
    signal.addEventListener('abort', stop);
    await Promise.all(
      Array.from(this.devices, async ([id, device]) => {
        try {
          await device.start();
          await device.finished();
        } catch (error) {
          if (!signal.aborted) failures.set(id, error as Error);
        }
      }),
    );
    signal.removeEventListener('abort', stop);
    return failures;
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.devices.values(), device => device.stop()));
  }
}
