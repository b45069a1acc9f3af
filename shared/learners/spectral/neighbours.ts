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
  for (let row = 0; row < gram.rows; row++) {
    const near = regressions.nearest(row);
    if (near.length === 0) continue;
    weights.set(regressions.solve(row, near, ridge), row * width);
    rows.set(near, row * width);
  }
  regressions.release();
  return { width, rows, weights };
}

/** One row after another, in memory that is taken once. */
class Regressions {
  readonly #gram: PartialGram;
  readonly #width: number;
  readonly #heap: Heap;
  readonly #solver: RidgeSolver;
  /** float32 [rows, stride] of the low-rank approximation. */
  readonly #low: number;
  /** int32 [width]: the neighbours of the row at hand. */
  readonly #near: number;
  /** float32 [stride, width]: their rows of the approximation, side by side. */
  readonly #columns: number;
  /** int32 [stride] from 0 up, and float32 [stride] of ones. */
  readonly #every: number;
  /** float32, and int32 [width]: how close the partners of the row at hand are, and the places of the closest. */
  readonly #closeness: number;
  /** By row: its place among the neighbours of the row at hand, -1 for none. */
  readonly #places: Int32Array;
  /** By row: what its counts are divided by. */
  readonly #roots: Float64Array;

  constructor(gram: PartialGram, width: number, heap: Heap) {
    const stride = strideOf(gram.columns);
    const { kernels } = heap;
    this.#gram = gram;
    this.#width = width;
    this.#heap = heap;
    this.#solver = new RidgeSolver(width, heap);
    this.#low = kernels.allocate(4 * gram.rows * stride);
    this.#near = kernels.allocate(4 * width);
    this.#columns = kernels.allocate(4 * stride * strideOf(width));
    this.#every = kernels.allocate(8 * stride);
    this.#closeness = kernels.allocate(4 * (gram.rows + width));
    this.#places = new Int32Array(gram.rows).fill(-1);
    this.#roots = gram.diagonal.map(count => Math.sqrt(Math.max(1, count)));
    placeRows(gram.low, gram.columns, heap.float32(this.#low, gram.rows * stride));
    heap.int32(this.#every, stride).set(Int32Array.from({ length: stride }, (_, k) => k));
    heap.float32(this.#every + 4 * stride, stride).fill(1);
  }

  /** The partners that were bought with a row, the closest first: by the count over the root of the partner's own. A view. */
  nearest(row: number): Int32Array {
    const { offsets, others, weights } = this.#gram.partners;
    const start = offsets[row]!;
    const count = offsets[row + 1]! - start;
    const closeness = this.#heap.float32(this.#closeness, count);
    for (let n = 0; n < count; n++) {
      const together = weights[start + n]!;
      closeness[n] = together > 0 ? together / this.#roots[others[start + n]!]! : Number.NaN;
    }
    const best = this.#closeness + 4 * count;
    const found = this.#heap.kernels.topK(this.#closeness, count, this.#width, best);
    const near = this.#heap.int32(this.#near, found);
    const places = this.#heap.int32(best, found);
    for (let n = 0; n < found; n++) near[n] = others[start + places[n]!]!;
    return near;
  }

  /** The weights of a row on these others, which `nearest` gave. A view. */
  solve(row: number, near: Int32Array, ridge: number): Float64Array {
    const { partners, columns, diagonal } = this.#gram;
    const { kernels } = this.#heap;
    const order = near.length;
    const stride = strideOf(order);
    const { matrix, vector } = this.#solver;
    const elements = this.#heap.float64(matrix, stride ** 2).fill(0);
    const ones = this.#every + 4 * strideOf(columns);
    kernels.gatherColumns(this.#low, strideOf(columns), this.#near, order, this.#columns, stride);
    kernels.weightedGram(this.#columns, stride, this.#every, columns, ones, matrix);
    const places = this.#places;
    for (let n = 0; n < order; n++) places[near[n]!] = n;
    this.#placeCounts(near, elements, stride);
    const solution = this.#heap.float64(vector, order);
    for (let at = partners.offsets[row]!; at < partners.offsets[row + 1]!; at++) {
      const n = places[partners.others[at]!]!;
      if (n >= 0) solution[n] = partners.weights[at]!;
    }
    for (let n = 0; n < order; n++) {
      elements[n * (stride + 1)] = Math.max(0, diagonal[near[n]!]!);
      places[near[n]!] = -1;
    }
    this.#solver.solve(order, ridge);
    return solution;
  }

  /** Replaces estimates by counts where there are some: each pair is met once, at the row that asked for it. */
  #placeCounts(near: Int32Array, elements: Float64Array, stride: number): void {
    const { width, others, counts } = this.#gram.counted;
    const places = this.#places;
    for (let n = 0; n < near.length; n++) {
      const end = (near[n]! + 1) * width;
      for (let at = end - width; at < end; at++) {
        const other = others[at]!;
        if (other < 0) continue;
        const m = places[other]!;
        if (m >= 0) elements[m < n ? n * stride + m : m * stride + n] = counts[at]!;
      }
    }
  }

  release(): void {
    for (const pointer of [this.#low, this.#near, this.#columns, this.#every, this.#closeness]) {
      this.#heap.kernels.release(pointer);
    }
    this.#solver.release();
  }
}
