import type { Heap } from '../../shared/kernels/heap.ts';
import { shuffle } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';

/** A round of MovieLens-1M in small: its catalogue, and histories around its mean. */
const CATALOGUE = 3_706;
const MEAN_HISTORY = 165;
const NEGATIVES = 4;
const LEARNING_RATE = 0.05;
const REGULARISATION = 0.01;
export const DIMENSION = 32;

interface Device {
  readonly bought: number;
  readonly rows: number;
  readonly length: number;
  /** Addresses: int32 [rows], int32 [length], float32 [DIMENSION]. */
  readonly items: number;
  readonly samples: number;
  readonly user: number;
}

/**
 * An epoch of gradient descent on each of some devices, one sample at a time, the samples drawn beforehand: the rows that a
 * device touches are copied, trained, and become differences.
 */
export class MfWorkload {
  /** How many samples `run` trains on. */
  readonly samples: number;
  readonly #heap: Heap;
  readonly #table: number;
  readonly #biases: number;
  readonly #devices: readonly Device[];
  /** Where `run` leaves the user vectors, and of the last device the rows. */
  readonly #users: number;
  readonly #vectors: number;
  readonly #rowBiases: number;

  constructor(heap: Heap, devices: number) {
    const { kernels } = heap;
    const random = seededRandom(1, 'kernel-mf');
    const placeNormals = (length: number): number => {
      const pointer = kernels.allocate(4 * length);
      heap.float32(pointer, length).set(Float32Array.from({ length }, () => 0.3 * random.normal()));
      return pointer;
    };
    const placeInt32 = (values: Int32Array): number => {
      const pointer = kernels.allocate(values.byteLength);
      heap.int32(pointer, values.length).set(values);
      return pointer;
    };
    this.#heap = heap;
    this.#table = placeNormals(CATALOGUE * DIMENSION);
    this.#biases = placeNormals(CATALOGUE);
    this.#users = kernels.allocate(4 * DIMENSION * devices);
    this.#vectors = kernels.allocate(4 * DIMENSION * CATALOGUE);
    this.#rowBiases = kernels.allocate(4 * CATALOGUE);

    const state = placeInt32(Int32Array.of(1, 2, 3, 4));
    const slots = placeInt32(new Int32Array(CATALOGUE));
    const standIns = placeInt32(new Int32Array(CATALOGUE));
    const catalogue = Int32Array.from({ length: CATALOGUE }, (_, item) => item);
    let base = 1;
    this.#devices = Array.from({ length: devices }, () => {
      const bought = MEAN_HISTORY - 100 + random.below(201);
      const length = bought * (1 + NEGATIVES);
      shuffle(catalogue, random);
      const items = placeInt32(catalogue);
      const samples = placeInt32(new Int32Array(length));
      const drawn = [bought, bought, NEGATIVES, state, samples, standIns] as const;
      const rows = kernels.drawSamples(slots, CATALOGUE, base, items, ...drawn);
      base += rows;
      return { bought, rows, length, items, samples, user: placeNormals(DIMENSION) };
    });
    this.samples = this.#devices.reduce((sum, { length }) => sum + length, 0);
  }

  run(): void {
    const { kernels } = this.#heap;
    const [vectors, biases] = [this.#vectors, this.#rowBiases];
    for (const [d, { bought, rows, length, items, samples, user: before }] of this.#devices.entries()) {
      const user = this.#users + 4 * DIMENSION * d;
      this.#heap.float32(user, DIMENSION).set(this.#heap.float32(before, DIMENSION));
      kernels.gatherRows(this.#table, DIMENSION, items, 0, rows, vectors);
      kernels.gatherRows(this.#biases, 1, items, 0, rows, biases);
      const settings = [samples, length, LEARNING_RATE, REGULARISATION] as const;
      kernels.sgdEpoch(user, DIMENSION, vectors, biases, bought, ...settings);
      kernels.subtractRows(this.#table, DIMENSION, items, rows, vectors, DIMENSION);
      kernels.subtractRows(this.#biases, 1, items, rows, biases, 1);
    }
  }

  /** All user vectors, then the differences of the last device's vectors and biases. */
  results(): Float32Array {
    const { rows } = this.#devices.at(-1)!;
    const parts = [
      this.#heap.float32(this.#users, DIMENSION * this.#devices.length),
      this.#heap.float32(this.#vectors, DIMENSION * rows),
      this.#heap.float32(this.#rowBiases, rows),
    ];
    return Float32Array.from(parts.flatMap(part => [...part]));
  }

  /** All of it as the C program reads it. */
  problem(): Uint8Array {
    const parts = [
      Int32Array.of(CATALOGUE, this.#devices.length),
      Float32Array.of(LEARNING_RATE, REGULARISATION),
      this.#heap.float32(this.#table, CATALOGUE * DIMENSION),
      this.#heap.float32(this.#biases, CATALOGUE),
      ...this.#devices.flatMap(({ bought, rows, length, items, samples, user }) => [
        Int32Array.of(bought, rows, length),
        this.#heap.int32(items, rows),
        this.#heap.int32(samples, length),
        this.#heap.float32(user, DIMENSION),
      ]),
    ];
    return Buffer.concat(parts.map(part => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
  }
}
