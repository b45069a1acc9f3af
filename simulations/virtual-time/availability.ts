import { IndexSet } from './index-set.ts';
import type { DeviceTraces } from './traces.ts';

/**
 * Which devices could be asked as time goes on: those that their traces say are available, but for those that are busy.
 * All starts and ends of the traces are one sorted list, worked off as time moves on, so that a device costs nothing
 * between them.
 */
export class Availability {
  readonly #ready: IndexSet;
  readonly #available: Uint8Array;
  readonly #busy: Uint8Array;
  readonly #timesMs: Uint32Array;
  /** Twice the device, and 1 where it becomes available. */
  readonly #changes: Int32Array;
  #next = 0;

  constructor({ offsets, fromMs, toMs }: Pick<DeviceTraces, 'offsets' | 'fromMs' | 'toMs'>) {
    const devices = offsets.length - 1;
    this.#ready = new IndexSet(devices);
    this.#available = new Uint8Array(devices);
    this.#busy = new Uint8Array(devices);
    const timesMs = new Uint32Array(2 * fromMs.length);
    const changes = new Int32Array(timesMs.length);
    for (let device = 0; device < devices; device++) {
      for (let k = offsets[device]!; k < offsets[device + 1]!; k++) {
        timesMs[2 * k] = fromMs[k]!;
        changes[2 * k] = 2 * device + 1;
        timesMs[2 * k + 1] = toMs[k]!;
        changes[2 * k + 1] = 2 * device;
      }
    }
    const order = ascending(timesMs);
    this.#timesMs = order.map(row => timesMs[row]!);
    this.#changes = new Int32Array(order.length);
    for (let at = 0; at < order.length; at++) this.#changes[at] = changes[order[at]!]!;
  }

  /** The devices that could be asked at the moment that `advance` came to. */
  get ready(): Pick<IndexSet, 'size' | 'at'> {
    return this.#ready;
  }

  /** When a device's availability changes next; Infinity: never again. */
  get nextMs(): number {
    return this.#timesMs[this.#next] ?? Infinity;
  }

  /** Lets time pass up to, and with, a moment. */
  advance(nowMs: number): void {
    for (; this.nextMs <= nowMs; this.#next++) {
      const change = this.#changes[this.#next]!;
      this.#available[change >> 1] = change & 1;
      this.#update(change >> 1);
    }
  }

  setBusy(device: number, busy: boolean): void {
    this.#busy[device] = busy ? 1 : 0;
    this.#update(device);
  }

  #update(device: number): void {
    if (this.#available[device]! > this.#busy[device]!) this.#ready.add(device);
    else this.#ready.delete(device);
  }
}

const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;

/** The order in which the numbers ascend; equal ones keep theirs. Radix sort, the lower halves first. */
function ascending(values: Uint32Array): Uint32Array {
  let order = new Uint32Array(values.length).map((_, row) => row);
  for (const shift of [0, DIGIT_BITS]) {
    const starts = new Uint32Array(DIGITS + 1);
    for (const value of values) starts[((value >>> shift) & (DIGITS - 1)) + 1]!++;
    for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1]! += starts[digit]!;
    const sorted = new Uint32Array(values.length);
    for (const row of order) sorted[starts[(values[row]! >>> shift) & (DIGITS - 1)]!++] = row;
    order = sorted;
  }
  return order;
}
