import type { Catalogue } from '../../shared/catalogue.ts';
import { type Heap, threadHeap } from '../../shared/kernels/heap.ts';
import { ials } from '../../shared/learners/ials/ials.ts';
import { type IalsOptions, type SolveOptions, solveOptions } from '../../shared/learners/ials/options.ts';
import { UserSolver } from '../../shared/learners/ials/user-vector.ts';
import { strideOf } from '../../shared/linear-algebra/stride.ts';
import { innerProduct } from '../../shared/linear-algebra/tall.ts';
import { Model } from '../../shared/model.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

/**
 * Implicit ALS as one trains it with all purchases in one place (Hu, Koren and Volinsky 2008; Rendle et al. 2021): users and
 * items in turn are solved exactly, each from the lists of the other. Scores are those of the federated learner's
 * devices.
 */
export function trainPooledIals(options: IalsOptions, train: Population, catalogue: Catalogue, seed: number): Scorer {
  const { dimension, rounds, initialDeviation } = options;
  const bought = Array.from({ length: train.size }, (_, user) => train.items(user));
  const buyers = invert(bought, catalogue.size);
  const heap = threadHeap();
  const users = new Side(bought, dimension, heap);
  const items = new Side(buyers, dimension, heap);
  const random = seededRandom(seed, 'pooled', 'ials');
  items.fill(() => (initialDeviation / Math.sqrt(dimension)) * random.normal());
  const solve = solveOptions(options, catalogue.size);
  for (let round = 0; round < rounds; round++) {
    users.solve(items, solve);
    items.solve(users, solve);
  }
  const model = new Model(
    [
      { name: 'item.vectors', shape: [catalogue.size, dimension] },
      { name: 'item.gramian', shape: [dimension, dimension] },
      { name: 'item.shares', shape: [catalogue.size] },
    ],
    Float32Array.from([...items.rows(), ...items.gramian(), ...buyers.map(list => list.length / train.size)]),
  );
  for (const side of [users, items]) side.release();
  const learner = ials.create(options, catalogue);
  const personal = new Float32Array(0);
  return user => learner.scores(model, { history: train.history(user), personal });
}

/** The vectors of all users or of all items, in the memory of the kernels. */
class Side {
  /** By row: the rows of the other side that meet it. */
  readonly #lists: readonly Int32Array[];
  readonly #dimension: number;
  readonly #stride: number;
  readonly #heap: Heap;
  readonly #vectors: number;

  constructor(lists: readonly Int32Array[], dimension: number, heap: Heap) {
    this.#lists = lists;
    this.#dimension = dimension;
    this.#stride = strideOf(dimension);
    this.#heap = heap;
    this.#vectors = heap.kernels.allocate(4 * lists.length * this.#stride);
    heap.float32(this.#vectors, lists.length * this.#stride).fill(0);
  }

  fill(draw: () => number): void {
    for (const row of this.#lists.keys()) {
      const vector = this.#row(row);
      for (let k = 0; k < vector.length; k++) vector[k] = draw();
    }
  }

  /** Solves all vectors for fixed ones of the other side. */
  solve(other: Side, options: SolveOptions): void {
    const heap = this.#heap;
    const gramian = other.gramian();
    const longest = this.#lists.reduce((most, { length }) => Math.max(most, length), 0);
    const unobserved = heap.kernels.allocate(8 * this.#stride ** 2);
    const places = heap.kernels.allocate(8 * longest);
    const solver = new UserSolver(options, heap);
    const square = heap.float64(unobserved, this.#stride ** 2).fill(0);
    for (const [at, value] of gramian.entries()) {
      const row = Math.floor(at / this.#dimension);
      square[row * this.#stride + (at % this.#dimension)] = options.unobservedWeight * value;
    }
    const side = { items: other.#lists.length, vectors: other.#vectors, unobserved };
    heap.float32(places + 4 * longest, longest).fill(1);
    for (const [row, list] of this.#lists.entries()) {
      heap.int32(places, longest).set(list);
      solver.solve(side, places, places + 4 * longest, list.length);
      this.#row(row).set(heap.float64(solver.vector, this.#dimension));
    }
    solver.release();
    for (const pointer of [places, unobserved]) heap.kernels.release(pointer);
  }

  /** [rows, dimension] */
  rows(): Float32Array {
    const rows = new Float32Array(this.#lists.length * this.#dimension);
    for (const row of this.#lists.keys()) rows.set(this.#row(row), row * this.#dimension);
    return rows;
  }

  /** [dimension, dimension] */
  gramian(): Float64Array {
    const rows = this.rows();
    return innerProduct(rows, rows, this.#dimension);
  }

  release(): void {
    this.#heap.kernels.release(this.#vectors);
  }

  #row(row: number): Float32Array {
    return this.#heap.float32(this.#vectors + 4 * row * this.#stride, this.#dimension);
  }
}

/** Which users bought each item. */
function invert(bought: readonly Int32Array[], itemCount: number): readonly Int32Array[] {
  const buyers = Array.from({ length: itemCount }, (): number[] => []);
  for (const [user, items] of bought.entries()) for (const item of items) buyers[item]!.push(user);
  return buyers.map(list => Int32Array.from(list));
}
