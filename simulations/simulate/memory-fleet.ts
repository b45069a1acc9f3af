import { setImmediate } from 'node:timers/promises';
import type { VirtualClock } from '../../server/clock.ts';
import type { Coordinator } from '../../server/coordinator.ts';
import type { Fleet, PublishedModel, Task } from '../../server/fleet.ts';
import { NumericalError } from '../../shared/errors.ts';
import type { VirtualDevices } from './virtual-devices.ts';
import type { WireMeter } from './wire-meter.ts';

/** How long devices train before the process looks at signals and timers again. */
const YIELD_EVERY_MS = 50;

interface Asked {
  readonly devices: readonly string[];
  readonly task: Task;
}

export interface MemoryFleetEvents {
  /** A device is through with a task. */
  trained(): void;
  /** Its numbers stopped being finite, so it sends nothing. */
  declined(error: NumericalError): void;
}

/** Virtual devices as a fleet: all of them always ready, training one after another when `run` comes to them. */
export class MemoryFleet implements Fleet {
  readonly #users: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #devices: VirtualDevices;
  readonly #meter: WireMeter;
  readonly #clock: VirtualClock;
  #asked: Asked | undefined;

  constructor(users: readonly string[], devices: VirtualDevices, meter: WireMeter, clock: VirtualClock) {
    this.#users = users;
    this.#indices = new Map(users.map((id, index) => [id, index]));
    this.#devices = devices;
    this.#meter = meter;
    this.#clock = clock;
  }

  ready(): readonly string[] {
    return this.#users;
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
    let yieldedAtMs = performance.now();
    for (;;) {
      const asked = this.#asked;
      this.#asked = undefined;
      if (asked === undefined) {
        if (!this.#clock.runNext()) return;
        continue;
      }
      for (const device of asked.devices) {
        this.#play(device, asked.task, coordinator, events);
        events.trained();
        if (performance.now() - yieldedAtMs < YIELD_EVERY_MS) continue;
        await setImmediate();
        yieldedAtMs = performance.now();
        if (signal.aborted) return coordinator.stop();
      }
    }
  }

  #play(device: string, task: Task, coordinator: Coordinator, events: MemoryFleetEvents): void {
    const { round, published } = task;
    try {
      const vector = this.#devices.contribute(this.#indices.get(device)!, task);
      coordinator.contributed(device, { round, model: published.hash, vector });
    } catch (error) {
      if (!(error instanceof NumericalError)) throw error;
      events.declined(error);
      coordinator.declined(device, round);
    }
  }
}
