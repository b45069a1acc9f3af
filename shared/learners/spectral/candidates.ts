import { type Heap, threadHeap } from '../../kernels/heap.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import { Adjacency } from './adjacency.ts';
import type { PartialGram } from './gram.ts';
import type { Neighbours } from './neighbours.ts';

/**
 * The pairs to count next: for each row the `columns` rows that look most similar and are not counted yet; each unordered
 * pair comes once, so that every coordinate of a round counts another. Returns rows x columns, -1 where there are no more.
 * The first time similarity is the cosine of the low-rank approximation; with weights at hand, rows that are neighbours'
 * neighbours come before all others, as in NN-descent (Dong, Moses and Li 2011).
 */
export function candidates(gram: PartialGram, columns: number, known: Neighbours | undefined): Int32Array {
  const { rows, partners } = gram;
  const heap = threadHeap();
  const { kernels } = heap;
  const stride = strideOf(gram.columns);
  const table = kernels.allocate(4 * rows * stride);
  const similarities = kernels.allocate(4 * (strideOf(rows) + columns));
  const best = similarities + 4 * strideOf(rows);
  placeRows(directions(gram), gram.columns, heap.float32(table, rows * stride));
  const secondOrder = known && new SecondOrder(known, rows, heap);
  const chosen = new Int32Array(rows * columns).fill(-1);
  const choosers = new Choosers(rows, columns);
  const similarity = heap.float32(similarities, rows);
  for (let row = 0; row < rows; row++) {
    kernels.scoreItems(table, stride, 0, table + 4 * stride * row, rows, similarities);
    secondOrder?.add(row, similarity);
    similarity[row] = Number.NaN;
    for (let at = partners.offsets[row]!; at < partners.offsets[row + 1]!; at++) {
      similarity[partners.others[at]!] = Number.NaN;
    }
    choosers.exclude(row, similarity);
    const found = heap.int32(best, kernels.topK(similarities, rows, columns, best));
    chosen.set(found, row * columns);
    choosers.add(row, found);
  }
  secondOrder?.release();
  for (const pointer of [table, similarities]) kernels.release(pointer);
  return chosen;
}

/** The rows of the approximation, each of length 1; NaN, which is similar to nothing, where there is none. */
function directions({ rows, columns, low }: PartialGram): Float32Array {
  const unit = new Float32Array(low.length);
  for (let row = 0; row < rows; row++) {
    const vector = low.subarray(row * columns, (row + 1) * columns);
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < columns; k++) unit[row * columns + k] = norm > 0 ? vector[k]! / norm : Number.NaN;
  }
  return unit;
}

/** Which rows chose a row so far, as linked lists. */
class Choosers {
  readonly #columns: number;
  /** By row: the coordinate at which it was chosen last, -1 for none. */
  readonly #last: Int32Array;
  /** By coordinate: the one at which its row was chosen before. */
  readonly #before: Int32Array;

  constructor(rows: number, columns: number) {
    this.#columns = columns;
    this.#last = new Int32Array(rows).fill(-1);
    this.#before = new Int32Array(rows * columns);
  }

  add(row: number, chosen: Int32Array): void {
    for (let n = 0; n < chosen.length; n++) {
      const at = row * this.#columns + n;
      this.#before[at] = this.#last[chosen[n]!]!;
      this.#last[chosen[n]!] = at;
    }
  }

  exclude(row: number, similarity: Float32Array): void {
    for (let at = this.#last[row]!; at >= 0; at = this.#before[at]!) {
      similarity[Math.floor(at / this.#columns)] = Number.NaN;
    }
  }
}

/** How strongly rows hang together over one row between them: the sum over it of the products of both weights. */
class SecondOrder {
  readonly #heap: Heap;
  readonly #links: Adjacency;
  /** float64 [rows], zeros between calls. */
  readonly #strengths: number;
  /** int32 [rows + 1] and [links], float32 [links]: the links in the memory of the kernels. */
  readonly #offsets: number;
  readonly #others: number;
  readonly #weights: number;

  constructor({ width, rows: others, weights }: Neighbours, rows: number, heap: Heap) {
    const linked = others.map((_, at) => at).filter(at => weights[at]! > 0);
    const links = new Adjacency(rows, {
      a: linked.map(at => Math.floor(at / width)),
      b: linked.map(at => others[at]!),
      weights: new Float64Array(linked.length).map((_, n) => weights[linked[n]!]!),
    });
    const count = links.others.length;
    this.#heap = heap;
    this.#links = links;
    this.#strengths = heap.kernels.allocate(8 * rows + 4 * (rows + 1 + 2 * count));
    this.#offsets = this.#strengths + 8 * rows;
    this.#others = this.#offsets + 4 * (rows + 1);
    this.#weights = this.#others + 4 * count;
    heap.float64(this.#strengths, rows).fill(0);
    heap.int32(this.#offsets, rows + 1).set(links.offsets);
    heap.int32(this.#others, count).set(links.others);
    heap.float32(this.#weights, count).set(links.weights);
  }

  /** Puts those that hang together with a row above all cosines. */
  add(row: number, similarity: Float32Array): void {
    const start = this.#links.offsets[row]!;
    const count = this.#links.offsets[row + 1]! - start;
    if (count === 0) return;
    const [offsets, others, weights, sums] = [this.#offsets, this.#others, this.#weights, this.#strengths];
    this.#heap.kernels.addSparseRows(offsets, others, weights, others + 4 * start, count, weights + 4 * start, sums);
    const strengths = this.#heap.float64(sums, similarity.length);
    for (let other = 0; other < strengths.length; other++) {
      if (strengths[other]! > 0) similarity[other] = 2 + strengths[other]!;
    }
    strengths.fill(0);
  }

  release(): void {
    this.#heap.kernels.release(this.#strengths);
  }
}
