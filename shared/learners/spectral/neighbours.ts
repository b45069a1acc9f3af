import { type Heap, threadHeap } from '../../kernels/heap.ts';
import { RidgeSolver } from '../../linear-algebra/ridge-solver.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import type { PartialGram } from './gram.ts';

/** A row's neighbours and their weights, `width` a row; the number of rows, with weight 0, fills up. */
export interface Neighbours {
  readonly width: number;
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

/**
 * EASE's weights of each row on its counted partners alone, the `width` most similar of them: the regression of the row
 * on the neighbours, (G_NN + ridge)^-1 G_Nj. Restricting EASE to few weights a row regularises it (Steck, 2019b, "Markov random
 * fields for collaborative filtering", section 3.2), and takes rows x width^3 / 3 operations in place of rows^3.
 */
export function neighbourWeights(gram: PartialGram, width: number, ridge: number): Neighbours {
  const rows = new Int32Array(gram.rows * width).fill(gram.rows);
  const weights = new Float64Array(gram.rows * width);
  const regressions = new Regressions(gram, width, threadHeap());
  try {
    for (let row = 0; row < gram.rows; row++) {
      const near = regressions.nearest(row, width);
      if (near.length === 0) continue;
      weights.set(regressions.solve(row, near, ridge), row * width);
      rows.set(near, row * width);
    }
  } finally {
    regressions.release();
  }
  return { width, rows, weights };
}

/** One row after another, in memory that is taken once. */
class Regressions {
  readonly #gram: PartialGram;
  readonly #heap: Heap;
  readonly #solver: RidgeSolver;
  readonly #memory: Memory;
  /** By row: what its counts are divided by. */
  readonly #roots: Float64Array;

  constructor(gram: PartialGram, width: number, heap: Heap) {
    this.#gram = gram;
    this.#heap = heap;
    this.#solver = new RidgeSolver(width, heap);
    this.#memory = allocate(gram, width, heap);
    this.#roots = gram.diagonal.map(count => Math.sqrt(Math.max(1, count)));
  }

  /** The partners that were bought with a row, the closest first: by the count over the root of the partner's own. A view. */
  nearest(row: number, width: number): Int32Array {
    const { closeness, best, near } = this.#memory;
    const { offsets, others, weights } = this.#gram.partners;
    const start = offsets[row]!;
    const count = offsets[row + 1]! - start;
    const values = this.#heap.float32(closeness, count);
    for (let n = 0; n < count; n++) {
      const together = weights[start + n]!;
      values[n] = together > 0 ? together / this.#roots[others[start + n]!]! : Number.NaN;
    }
    const found = this.#heap.kernels.topK(closeness, count, width, best);
    const rows = this.#heap.int32(near, found);
    const ranking = this.#heap.int32(best, found);
    for (let n = 0; n < found; n++) rows[n] = others[start + ranking[n]!]!;
    return rows;
  }

  /** The weights of a row on those that `nearest` gave. A view. */
  solve(row: number, rows: Int32Array, ridge: number): Float64Array {
    const { low, near, columns, every, ones, others, counts, places } = this.#memory;
    const { partners, counted, diagonal, columns: rank } = this.#gram;
    const { kernels } = this.#heap;
    const order = rows.length;
    const stride = strideOf(order);
    const { matrix, vector } = this.#solver;
    const elements = this.#heap.float64(matrix, stride ** 2).fill(0);
    kernels.gatherColumns(low, strideOf(rank), near, order, columns, stride);
    kernels.weightedGram(columns, stride, every, rank, ones, matrix);
    const placeOf = this.#heap.int32(places + 4, this.#gram.rows);
    for (let n = 0; n < order; n++) placeOf[rows[n]!] = n;
    kernels.placeKnown(near, order, others, counts, counted.width, places, matrix, stride);
    const solution = this.#heap.float64(vector, order);
    for (let at = partners.offsets[row]!; at < partners.offsets[row + 1]!; at++) {
      const n = placeOf[partners.others[at]!]!;
      if (n >= 0) solution[n] = partners.weights[at]!;
    }
    for (let n = 0; n < order; n++) {
      elements[n * (stride + 1)] = Math.max(0, diagonal[rows[n]!]!);
      placeOf[rows[n]!] = -1;
    }
    this.#solver.solve(order, ridge);
    return solution;
  }

  release(): void {
    this.#heap.kernels.release(this.#memory.low);
    this.#solver.release();
  }
}

/** Addresses in one block, which begins with `low`. */
interface Memory {
  /** float32 [rows, stride]: the low-rank approximation. */
  readonly low: number;
  /** int32 and float32 [rows, counted.width] */
  readonly others: number;
  readonly counts: number;
  /** int32 [1 + rows], all -1 between calls: see `placeKnown`. */
  readonly places: number;
  /** float32 [rows]: how close the partners of the row at hand are, and int32 [width]: the places of the closest. */
  readonly closeness: number;
  readonly best: number;
  /** int32 [width]: the neighbours of the row at hand, and float32 [stride, width]: their rows of `low`, side by side. */
  readonly near: number;
  readonly columns: number;
  /** int32 [stride] from 0 up, and float32 [stride] of ones: `columns` is summed over all of its rows alike. */
  readonly every: number;
  readonly ones: number;
}

function allocate({ rows, columns: rank, low, counted }: PartialGram, width: number, heap: Heap): Memory {
  const stride = strideOf(rank);
  const numbers = [rows * stride, rows * counted.width, rows * counted.width, 1 + rows, rows, width, width];
  numbers.push(stride * strideOf(width), stride, stride);
  const total = numbers.reduce((sum, count) => sum + count, 0);
  let end = heap.kernels.allocate(4 * total);
  const at = numbers.map(count => {
    end += 4 * count;
    return end - 4 * count;
  });
  const memory = {
    low: at[0]!,
    others: at[1]!,
    counts: at[2]!,
    places: at[3]!,
    closeness: at[4]!,
    best: at[5]!,
    near: at[6]!,
    columns: at[7]!,
    every: at[8]!,
    ones: at[9]!,
  };
  placeRows(low, rank, heap.float32(memory.low, rows * stride));
  heap.int32(memory.others, counted.others.length).set(counted.others);
  heap.float32(memory.counts, counted.counts.length).set(counted.counts);
  heap.int32(memory.places, 1 + rows).fill(-1);
  heap.int32(memory.every, stride).forEach((_, k, every) => {
    every[k] = k;
  });
  heap.float32(memory.ones, stride).fill(1);
  return memory;
}
