import { NumericalError } from '../errors.ts';
import { type Heap, threadHeap } from '../kernels/heap.ts';
import type { RoundPlan } from '../learners/learner.ts';
import { clippedScale } from '../privacy/bound.ts';
import type { Protection } from '../privacy/protection.ts';
import type { Contribution } from './contribution.ts';

/**
 * Adds up what the devices of one thread contribute: the same integers that `protect` without noise and `IntegerSum.add`
 * give, in one pass of the kernels, and a contribution whose arrays are in their memory is not copied. The cost of a
 * device follows what it contributes, not the length of the sum.
 */
export class Accumulator {
  readonly length: number;
  readonly #heap: Heap;
  readonly #scratch;
  readonly #partials: number;
  readonly #totals: number;

  /** Begins as zeros; `release` it when it is done with. */
  constructor(length: number, heap = threadHeap()) {
    this.length = length;
    this.#heap = heap;
    this.#scratch = heap.scratch();
    this.#partials = heap.kernels.allocate(4 * Float64Array.BYTES_PER_ELEMENT);
    this.#totals = heap.kernels.allocate(length * Float64Array.BYTES_PER_ELEMENT);
    heap.float64(this.#totals, length).fill(0);
  }

  /** @throws NumericalError if a value is not finite. */
  add(contribution: Contribution, { clipNorm }: RoundPlan, { gridSteps, clipFlagSteps }: Protection): void {
    const { kernels } = this.#heap;
    const placed = this.#place(contribution);
    const partials = this.#heap.float64(this.#partials, 4);
    partials.fill(0);
    for (const { values, size } of placed) kernels.squaredNorm(values, size, this.#partials);
    const norm = Math.sqrt(partials[0]! + partials[1]! + partials[2]! + partials[3]!);
    const scale = clippedScale(norm, clipNorm, gridSteps);
    for (const { offset, width, rows, count, values } of placed) {
      const totals = this.#totals + offset * Float64Array.BYTES_PER_ELEMENT;
      kernels.addScaledRows(totals, width, rows, count, values, scale);
    }
    if (clipFlagSteps === 0) return;
    const flag = this.#heap.float64(this.#totals, this.length).subarray(this.length - 1);
    flag[0]! += norm > clipNorm ? -clipFlagSteps : clipFlagSteps;
  }

  /** Adds the totals to these, which are of the same length. */
  addTo(totals: Float64Array): void {
    const own = this.#heap.float64(this.#totals, this.length);
    for (let k = 0; k < own.length; k++) totals[k]! += own[k]!;
  }

  release(): void {
    this.#heap.kernels.release(this.#totals);
    this.#heap.kernels.release(this.#partials);
    this.#scratch.release();
  }

  /** The parts by pointers; what is not in the kernels' memory is copied there. */
  #place({ length, parts }: Contribution): readonly Placed[] {
    if (length > this.length) {
      throw new NumericalError(`A contribution of length ${length} cannot be added to a sum of ${this.length}.`);
    }
    const { buffer } = this.#heap.kernels.memory;
    const strangers = new Map<Int32Array | Float32Array, number>();
    let bytes = 0;
    const placeOf = (array: Int32Array | Float32Array): { pointer: number; stranger: boolean } => {
      if (array.buffer === buffer) return { pointer: array.byteOffset, stranger: false };
      const pointer = bytes;
      strangers.set(array, pointer);
      bytes += array.byteLength;
      return { pointer, stranger: true };
    };
    const places = parts.map(({ offset, width, rows, values }) => ({
      offset,
      width,
      count: rows.length,
      size: values.length,
      rows: placeOf(rows),
      values: placeOf(values),
    }));
    // Reserving may move the memory, and void the views of it.
    const base = this.#scratch.reserve(bytes);
    for (const [array, at] of strangers) {
      if (array instanceof Int32Array) this.#heap.int32(base + at, array.length).set(array);
      else this.#heap.float32(base + at, array.length).set(array);
    }
    const pointerOf = ({ pointer, stranger }: { pointer: number; stranger: boolean }): number =>
      stranger ? base + pointer : pointer;
    return places.map(place => ({ ...place, rows: pointerOf(place.rows), values: pointerOf(place.values) }));
  }
}

interface Placed {
  readonly offset: number;
  readonly width: number;
  readonly rows: number;
  readonly count: number;
  readonly values: number;
  readonly size: number;
}
