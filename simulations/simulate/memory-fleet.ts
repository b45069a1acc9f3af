import type { VirtualClock } from '../../server/clock.ts';
import type { Coordinator } from '../../server/coordinator.ts';
import type { DeviceList, Fleet, PublishedModel, Task } from '../../server/fleet.ts';
import type { DevicePool } from '../workers/device-pool.ts';
import type { SortedIds } from './sorted-ids.ts';
import type { WireMeter } from './wire-meter.ts';

interface Asked {
  readonly devices: readonly string[];
  readonly task: Task;
}

export interface MemoryFleetEvents {
  /** So many more devices are through with a task. */
  trained(count: number): void;
  /** Devices contributed, and the bound shortened so many of the contributions. */
  clipped(count: number): void;
  /** Devices' numbers stopped being finite, so they send nothing; the reason is that of the first. */
  declined(reason: string): void;
  /** Awaited before the next devices train: what follows a round may need the personal states as they are. */
  settled(): Promise<void>;
}

/** Virtual devices as a fleet: all of them always ready, training together when `run` comes to them. */
export class MemoryFleet implements Fleet {
  readonly #ids: SortedIds;
  readonly #pool: DevicePool;
  readonly #meter: WireMeter;
  readonly #clock: VirtualClock;
  #asked: Asked | undefined;

  constructor(ids: SortedIds, pool: DevicePool, meter: WireMeter, clock: VirtualClock) {
    this.#ids = ids;
    this.#pool = pool;
    this.#meter = meter;
    this.#clock = clock;
  }

  ready(): DeviceList {
    return this.#ids;
  }

  ask(devices: readonly string[], task: Task): void {
    this.#meter.asked(devices, task, task.deadlineAtMs - this.#clock.now());
    this.#asked = { devices, task };
  }

  receipt(): void {}

  release(): void {
    this.#asked = undefined;
  }

  finish(published: PublishedModel): void {
    this.#meter.finished(published);
  }

  /** Plays the devices until the coordinator asks no more, or the signal stops it. */
  async run(coordinator: Coordinator, signal: AbortSignal, events: MemoryFleetEvents): Promise<void> {
    coordinator.start();
    for (;;) {
      await events.settled();
      if (signal.aborted) return coordinator.stop();
      const asked = this.#asked;
      this.#asked = undefined;
      if (asked !== undefined) await this.#play(asked, coordinator, signal, events);
      else if (!this.#clock.runNext()) return;
    }
  }

  async #play({ devices, task }: Asked, coordinator: Coordinator, signal: AbortSignal, events: MemoryFleetEvents) {
    const { round, published } = task;
    const users = new Int32Array(devices.length);
    for (let at = 0; at < devices.length; at++) users[at] = this.#ids.userOf(devices[at]!);
    const trained = await this.#pool.train({ ...task, model: published.model }, users, { signal, ...events });
    if (trained === undefined) return;
    const { sum, clipped, declined, reason } = trained;
    events.clipped(clipped);
    if (reason !== undefined) events.declined(reason);
    let contributed = devices;
    if (declined.length > 0) {
      const without = new Set(declined);
      for (const [at, device] of devices.entries()) if (without.has(users[at]!)) coordinator.declined(device, round);
      contributed = devices.filter((_, at) => !without.has(users[at]!));
    }
    if (contributed.length > 0) coordinator.contributedTogether(contributed, { round, model: published.hash, sum });
  }
}
