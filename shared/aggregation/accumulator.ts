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
  /** How many contributions the bound has shortened, by more than rounding. */
  clipped = 0;
  readonly #heap: Heap;
  readonly #scratch;
  readonly #partials: number;
  readonly #totals: number;
  /** Of the contribution that is being added. */
  readonly #pointers: number[] = [];

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
    const { parts } = contribution;
    const pointers = this.#place(contribution);
    const partials = this.#heap.float64(this.#partials, 4);
    partials.fill(0);
    for (let n = 0; n < parts.length; n++) {
      kernels.squaredNorm(pointers[2 * n + 1]!, parts[n]!.values.length, this.#partials);
    }
    const norm = Math.sqrt(partials[0]! + partials[1]! + partials[2]! + partials[3]!);
    const scale = clippedScale(norm, clipNorm, gridSteps);
    if (norm > clipNorm * (1 + ROUNDING)) this.clipped++;
    for (let n = 0; n < parts.length; n++) {
      const { offset, width, rows } = parts[n]!;
      const totals = this.#totals + offset * Float64Array.BYTES_PER_ELEMENT;
      kernels.addScaledRows(totals, width, pointers[2 * n]!, rows.length, pointers[2 * n + 1]!, scale);
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

  /** Where the rows and values of each part are, in turn; what is not in the kernels' memory is copied there. */
  #place({ length, parts }: Contribution): readonly number[] {
    if (length > this.length) {
      throw new NumericalError(`A contribution of length ${length} cannot be added to a sum of ${this.length}.`);
    }
    const { buffer } = this.#heap.kernels.memory;
    const pointers = this.#pointers;
    let bytes = 0;
    for (let n = 0; n < parts.length; n++) {
      const { rows, values } = parts[n]!;
      pointers[2 * n] = rows.buffer === buffer ? rows.byteOffset : STRANGE;
      pointers[2 * n + 1] = values.buffer === buffer ? values.byteOffset : STRANGE;
      if (rows.buffer !== buffer) bytes += rows.byteLength;
      if (values.buffer !== buffer) bytes += values.byteLength;
    }
    if (bytes === 0) return pointers;
    // Reserving may move the memory, and void the views of it: from here on only strangers are read.
    let free = this.#scratch.reserve(bytes);
    for (let n = 0; n < parts.length; n++) {
      const { rows, values } = parts[n]!;
      if (pointers[2 * n] === STRANGE) {
        this.#heap.int32(free, rows.length).set(rows);
        pointers[2 * n] = free;
        free += rows.byteLength;
      }
      if (pointers[2 * n + 1] === STRANGE) {
        this.#heap.float32(free, values.length).set(values);
        pointers[2 * n + 1] = free;
        free += values.byteLength;
      }
    }
    return pointers;
  }
}

/** What a learner that keeps the bound by itself may be off by, relative. */
const ROUNDING = 1e-6;

/** Not in the kernels' memory. */
const STRANGE = -1;
