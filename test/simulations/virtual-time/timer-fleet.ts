import type { VirtualClock } from '../../../server/clock.ts';
import type { DeviceEvents, Fleet, Task } from '../../../server/fleet.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import type { DeviceTraces } from '../../../simulations/virtual-time/traces.ts';
import type { VirtualTimes } from '../../../simulations/virtual-time/virtual-time.ts';
import { workOf } from '../../../simulations/virtual-time/work.ts';

export interface TimerFleetOptions {
  readonly devices: readonly string[];
  readonly traces: DeviceTraces;
  readonly purchases: (device: number) => number;
  readonly bytes: { readonly up: number; readonly down: number };
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly times: VirtualTimes;
  /** What a device contributes; undefined: it declines. */
  readonly vector: (device: number, round: number) => Int32Array | undefined;
}

interface Asked {
  readonly atMs: number;
  readonly uploadAtMs: number;
  readonly doneAtMs: number;
  readonly fails: boolean;
  readonly cancel: () => void;
}

/** The oracle: every device for itself, with a timer for whatever it does, training as it is due. */
export class TimerFleet implements Fleet {
  readonly #asked = new Map<number, Asked>();
  readonly #late = new Set<number>();
  readonly #options: TimerFleetOptions;
  #events!: DeviceEvents;

  constructor(options: TimerFleetOptions) {
    this.#options = options;
  }

  /** Runs until the traces end. */
  run(coordinator: DeviceEvents & { start(): void; stop(): void }): void {
    const { clock, traces } = this.#options;
    this.#events = coordinator;
    for (const atMs of [...traces.fromMs, ...traces.toMs]) clock.setTimer(atMs, () => coordinator.readyChanged());
    coordinator.start();
    while (clock.nextAtMs <= traces.endMs) clock.runNext();
    clock.advance(traces.endMs - clock.now());
    coordinator.stop();
  }

  ready(): string[] {
    const { devices } = this.#options;
    return devices.filter((_, device) => !this.#asked.has(device) && this.#untilMs(device) !== undefined);
  }

  ask(names: readonly string[], { round, published: { hash } }: Task): void {
    const { devices, traces, purchases, bytes, seed, clock, times, vector } = this.#options;
    const random = seededRandom(seed, 'dropout', round);
    const atMs = clock.now();
    for (const name of names) {
      const device = devices.indexOf(name);
      const { totalMs, uploadMs } = workOf(traces.slowness[device]!, purchases(device), bytes);
      const dropsOut = random.float() < traces.dropout;
      const failsAtMs = dropsOut ? atMs + Math.floor(random.float() * totalMs) : Infinity;
      const leavesAtMs = Math.min(failsAtMs, this.#untilMs(device)!);
      const doneAtMs = atMs + totalMs;
      const fails = leavesAtMs < doneAtMs;
      const cancel = clock.setTimer(Math.min(doneAtMs, leavesAtMs), () => {
        this.#asked.delete(device);
        const late = this.#late.delete(device);
        const values = vector(device, round);
        if (fails) {
          times.worked(clock.now() - atMs, 'left');
          this.#events.left(name);
        } else if (values === undefined && !late) {
          times.worked(clock.now() - atMs, 'declined');
          this.#events.declined(name, round, 'failed');
        } else {
          if (!late) times.worked(clock.now() - atMs, 'counted');
          this.#events.contributed(name, { round, model: hash, vector: dense(values ?? new Int32Array(0)) });
          if (late) this.#events.readyChanged();
        }
      });
      this.#asked.set(device, { atMs, uploadAtMs: doneAtMs - uploadMs, doneAtMs, fails, cancel });
    }
  }

  receipt(): void {}

  release(names: readonly string[]): void {
    const { devices, clock, times } = this.#options;
    for (const name of names) {
      const device = devices.indexOf(name);
      const { atMs, uploadAtMs, doneAtMs, fails, cancel } = this.#asked.get(device)!;
      if (!fails && uploadAtMs <= clock.now()) {
        this.#late.add(device);
        times.worked(doneAtMs - atMs, 'late');
        continue;
      }
      cancel();
      this.#asked.delete(device);
      times.worked(clock.now() - atMs, 'released');
    }
  }

  finish(): void {}

  #untilMs(device: number): number | undefined {
    const { traces, clock } = this.#options;
    for (let k = traces.offsets[device]!; k < traces.offsets[device + 1]!; k++) {
      if (traces.fromMs[k]! <= clock.now() && clock.now() < traces.toMs[k]!) return traces.toMs[k];
    }
    return undefined;
  }
}
