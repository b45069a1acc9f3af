import { NumericalError } from '../errors.ts';
import type { IntegerContribution } from './contribution.ts';

/** A contribution's coordinate on the grid is at most this large before noise (see `privacy/bound.ts`). */
export const MAX_COORDINATE = 2 ** 30;

/** Half of what 32-bit coordinates could need to pass 2^53, the last integer that a double counts to: room for noise. */
const MAX_CONTRIBUTIONS = 2 ** 21;

/**
 * The sum of a round. Integers held in doubles add exactly, so the sum is the same in whatever order, and split over
 * however many partial sums, the contributions arrive: a commutative monoid.
 */
export class IntegerSum {
  /** The running sum on the grid, one double a coordinate. */
  readonly totals: Float64Array;
  #count: number;

  /** Of nothing, by its length; or of so many contributions whose totals were added up elsewhere. */
  constructor(totals: number | Float64Array, count = 0) {
    this.totals = typeof totals === 'number' ? new Float64Array(totals) : totals;
    this.#count = count;
  }

  /** How many contributions were added. */
  get count(): number {
    return this.#count;
  }

  /** @throws NumericalError past 2^21 contributions, where the sum could stop being exact. */
  add({ length, parts }: IntegerContribution): void {
    this.#admit(length, 1);
    const { totals } = this;
    for (const { offset, width, rows, values } of parts) {
      if (rows.length === 1) {
        const start = offset + rows[0]! * width;
        addDense(totals.subarray(start, start + width), values);
        continue;
      }
      let from = 0;
      for (let r = 0; r < rows.length; r++) {
        const start = offset + rows[r]! * width;
        for (let k = 0; k < width; k++) totals[start + k]! += values[from++]!;
      }
    }
  }

  /** Adds a partial sum, that of a worker thread say. */
  merge(other: IntegerSum): void {
    this.#admit(other.totals.length, other.count);
    // Nothing was added before.
    if (this.#count === other.count) this.totals.set(other.totals);
    else for (let k = 0; k < this.totals.length; k++) this.totals[k]! += other.totals[k]!;
  }

  /** The sum in the units of the contributions: the grid undone. */
  dequantise(gridStep: number): Float64Array {
    const sum = new Float64Array(this.totals.length);
    for (let k = 0; k < sum.length; k++) sum[k] = this.totals[k]! * gridStep;
    return sum;
  }

  #admit(length: number, contributions: number): void {
    if (length !== this.totals.length) {
      throw new NumericalError(`A contribution of length ${length} cannot be added to a sum of ${this.totals.length}.`);
    }
    if (this.#count + contributions > MAX_CONTRIBUTIONS) {
      throw new NumericalError(`A round adds up at most ${MAX_CONTRIBUTIONS} contributions. Ask a smaller cohort.`);
    }
    this.#count += contributions;
  }
}

/** The form of the wire, one long row. Four at a time, since the loop itself costs as much as an addition. */
function addDense(totals: Float64Array, values: Int32Array): void {
  const blocks = totals.length - (totals.length % 4);
  for (let k = 0; k < blocks; k += 4) {
    totals[k]! += values[k]!;
    totals[k + 1]! += values[k + 1]!;
    totals[k + 2]! += values[k + 2]!;
    totals[k + 3]! += values[k + 3]!;
  }
  for (let k = blocks; k < totals.length; k++) totals[k]! += values[k]!;
}
