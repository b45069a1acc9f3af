import type { Heap, Scratch } from '../../kernels/heap.ts';
import { seedGenerator } from '../../kernels/seed-generator.ts';
import type { Random } from '../../random/random.ts';
import type { SgdOptions } from './options.ts';
import type { ItemChanges, ItemShape, ItemTable } from './resident.ts';

const STATE_BYTES = 16;

/** Rows are numbered in int32, from call to call. */
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Local training by stochastic gradient descent, one sample at a time, of one device after another. A device moves copies
 * of the rows that it touches, so that its cost follows its history and not the catalogue.
 */
export class LocalSgd {
  readonly #heap: Heap;
  readonly #shape: ItemShape;
  readonly #options: SgdOptions;
  readonly #scratch: Scratch;
  /** The generator's state, then `slots` of MfSgdKernels; 0 before first use. */
  #state = 0;
  /** Above all that `slots` holds; at its end they are cleared, so before first use. */
  #base = MAX_INT32;

  constructor(heap: Heap, shape: ItemShape, options: SgdOptions) {
    this.#heap = heap;
    this.#shape = shape;
    this.#options = options;
    this.#scratch = heap.scratch();
  }

  /** Trains the user vector in place. Some item must have been bought, and some not. */
  train(table: ItemTable, bought: Int32Array, user: Float32Array, random: Random): ItemChanges {
    const { items: catalogue, dimension, stride } = this.#shape;
    const { negatives, localSteps, learningRate, itemRegularisation } = this.#options;
    const { kernels } = this.#heap;
    const count = bought.length;
    const length = count * (1 + negatives);
    const room = Math.min(catalogue, count * (1 + negatives * localSteps));
    const vectors = this.#scratch.reserve(4 * (stride + room * (stride + 2) + length + count));
    const userCopy = vectors + 4 * stride * room;
    const biases = userCopy + 4 * stride;
    const items = biases + 4 * room;
    const samples = items + 4 * room;
    const standIns = samples + 4 * length;
    const state = this.#prepare(room, random);
    const slots = state + STATE_BYTES;

    this.#heap.int32(items, count).set(bought);
    this.#heap.float32(userCopy, stride).fill(0).set(user);
    let rows = count;
    for (let step = 0, gathered = 0; step < localSteps; step++, gathered = rows) {
      rows = kernels.drawSamples(slots, catalogue, this.#base, items, count, rows, negatives, state, samples, standIns);
      kernels.gatherRows(table.vectors, stride, items, gathered, rows, vectors);
      kernels.gatherRows(table.biases, 1, items, gathered, rows, biases);
      kernels.sgdEpoch(userCopy, stride, vectors, biases, count, samples, length, learningRate, itemRegularisation);
    }
    kernels.subtractRows(table.vectors, stride, items, rows, vectors, dimension);
    kernels.subtractRows(table.biases, 1, items, rows, biases, 1);
    this.#base += rows;
    user.set(this.#heap.float32(userCopy, dimension));
    return {
      items: this.#heap.int32(items, rows),
      vectors: this.#heap.float32(vectors, rows * dimension),
      biases: this.#heap.float32(biases, rows),
    };
  }

  /** Makes sure that so many rows can be numbered, and seeds the generator. @returns its state. */
  #prepare(room: number, random: Random): number {
    const { items } = this.#shape;
    this.#state ||= this.#heap.kernels.allocate(STATE_BYTES + 4 * items);
    if (this.#base > MAX_INT32 - room) {
      this.#heap.int32(this.#state + STATE_BYTES, items).fill(0);
      this.#base = 1;
    }
    seedGenerator(this.#heap.int32(this.#state, 4), random);
    return this.#state;
  }
}
