import { describe, expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { type Kernels, twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const KINDS: readonly [string, () => Kernels][] = [
  ['WebAssembly', wasmKernels],
  ['its twin', twinKernels],
];

/** One device after another at a catalogue, as the learner plays them. */
class Draws {
  readonly #heap: Heap;
  readonly #catalogue: number;
  readonly #state: number;
  readonly #slots: number;
  #base = 1;

  constructor(heap: Heap, catalogue: number) {
    this.#heap = heap;
    this.#catalogue = catalogue;
    this.#state = placeInt32(heap, [1, 2, 3, 4]);
    this.#slots = placeInt32(heap, new Int32Array(catalogue));
  }

  /** The items of the samples of each epoch, and those of the rows at the end. */
  device(bought: readonly number[], negatives: number, epochs = 1): { samples: number[][]; items: number[] } {
    const length = bought.length * (1 + negatives);
    const items = placeInt32(this.#heap, [...bought, ...Array<number>(this.#catalogue).fill(-1)]);
    const samples = placeInt32(this.#heap, new Int32Array(length));
    const standIns = placeInt32(this.#heap, new Int32Array(bought.length));
    let rows = bought.length;
    const epoch = (): number[] => {
      const known = this.#heap.int32(items, rows).slice();
      const drawn = [bought.length, rows, negatives, this.#state, samples, standIns] as const;
      rows = this.#heap.kernels.drawSamples(this.#slots, this.#catalogue, this.#base, items, ...drawn);
      expect(this.#heap.int32(items, known.length)).toEqual(known);
      const itemOf = this.#heap.int32(items, rows);
      return Array.from(this.#heap.int32(samples, length), row => itemOf[row]!);
    };
    const all = Array.from({ length: epochs }, epoch);
    this.#base += rows;
    return { samples: all, items: [...this.#heap.int32(items, rows)] };
  }
}

describe.each(KINDS)('the samples drawn by %s', (_, create) => {
  const heap = new Heap(create());

  it.each([
    { catalogue: 9, bought: [4], negatives: 3 },
    { catalogue: 9, bought: [8, 0, 7, 3], negatives: 1 },
    { catalogue: 9, bought: [0, 1, 2, 3, 4, 5, 6, 8], negatives: 4 },
    { catalogue: 9, bought: [8, 7, 6, 5, 4, 3, 2, 1], negatives: 2 },
    { catalogue: 500, bought: [...Array(300).keys()].map(k => (k * 7) % 500), negatives: 5 },
  ])('are what was bought, in any order, each with $negatives others: $bought of $catalogue', setting => {
    const { catalogue, bought, negatives } = setting;
    const draws = new Draws(heap, catalogue);
    for (let device = 0; device < 3; device++) {
      const { samples, items } = draws.device(bought, negatives, 3);
      for (const epoch of samples) {
        const positives = epoch.filter((__, k) => k % (1 + negatives) === 0);
        expect(sorted(positives)).toEqual(sorted(bought));
        const others = epoch.filter((__, k) => k % (1 + negatives) !== 0);
        expect(others.length).toBe(bought.length * negatives);
        expect(others.every(item => item >= 0 && item < catalogue && !bought.includes(item))).toBe(true);
      }
      expect(items.slice(0, bought.length)).toEqual(bought);
      expect(new Set(items).size).toBe(items.length);
      expect(new Set(items)).toEqual(new Set(samples.flat()));
    }
  });

  it('are uniform on the items that were not bought, and on the orders of those that were', () => {
    const draws = new Draws(heap, 8);
    // One below, two beyond the number of others: a stand-in is needed.
    const bought = [6, 1, 5];
    const negatives = new Map<number, number>();
    const orders = new Map<string, number>();
    for (let device = 0; device < 3000; device++) {
      const [epoch] = draws.device(bought, 2).samples;
      const order = epoch!.filter((__, k) => k % 3 === 0).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
      for (const item of epoch!.filter((__, k) => k % 3 !== 0)) negatives.set(item, (negatives.get(item) ?? 0) + 1);
    }
    expect(sorted([...negatives.keys()])).toEqual([0, 2, 3, 4, 7]);
    expect(orders.size).toBe(6);
    // Chi squared with 4 and 5 degrees of freedom passes 23.5 and 25.7 once in 10,000.
    expect(chiSquared([...negatives.values()])).toBeLessThan(23.5);
    expect(chiSquared([...orders.values()])).toBeLessThan(25.7);
  });
});

const DIMENSIONS = [1, 3, 4, 10, 16, 31, 32, 33, 60, 64, 100];

describe.each(KINDS)('an epoch of gradient descent by %s', (_, create) => {
  const heap = new Heap(create());

  it.each(DIMENSIONS)('is the published update, sample by sample, at dimension %i', dimension => {
    const problem = problemOf(dimension, 1);
    const found = epoch(heap, problem);
    const wanted = published(problem);
    for (const name of ['user', 'vectors', 'biases'] as const) {
      expect(found[name].length).toBe(wanted[name].length);
      for (const [k, value] of wanted[name].entries()) expect(found[name][k]).toBeCloseTo(value, 5);
    }
    expect(found.pads.every(pad => pad === 0)).toBe(true);
  });

  it('stays finite, and moves nothing that is certain, where scores are large', () => {
    const problem = problemOf(4, 100);
    const { user, vectors } = epoch(heap, { ...problem, regularisation: 0 });
    expect([...user, ...vectors].every(Number.isFinite)).toBe(true);
    const certain = { ...problem, user: [100, 0, 0, 0], vectors: Array.from({ length: ROWS }, () => [100, 0, 0, 0]) };
    const labelled = { ...certain, regularisation: 0, samples: [0, 1, 1, 0] };
    expect(epoch(heap, labelled).vectors).toEqual(Float32Array.from(certain.vectors.flat()));
  });

  it('leaves all as it is where there are no samples', () => {
    const problem = { ...problemOf(32, 1), samples: [] };
    expect(epoch(heap, problem).user).toEqual(Float32Array.from(problem.user));
  });
});

describe('kernels of gradient descent', () => {
  it.each(DIMENSIONS)('give the same bits in WebAssembly and in their twin at dimension %i', dimension => {
    for (const scale of [0.1, 1, 10]) {
      const problem = problemOf(dimension, scale);
      const [wasm, twin] = [wasmKernels(), twinKernels()].map(kernels => epoch(new Heap(kernels), problem));
      expect(wasm).toEqual(twin);
    }
  });

  it('draw the same samples in WebAssembly and in their twin', () => {
    const bought = [...Array(40).keys()].map(k => (k * 31) % 101);
    const [wasm, twin] = [wasmKernels(), twinKernels()].map(kernels => {
      const draws = new Draws(new Heap(kernels), 101);
      return [draws.device(bought, 4, 2), draws.device([100], 4, 2), draws.device(bought, 1)];
    });
    expect(wasm).toEqual(twin);
  });
});

describe.each(KINDS)('rows copied and subtracted by %s', (_, create) => {
  const heap = new Heap(create());
  const random = seededRandom(3, 'rows');

  it.each([
    [1, 1],
    [4, 3],
    [8, 8],
    [12, 9],
    [32, 32],
  ])('have a width of %i, of which %i are kept', (width, kept) => {
    const values = Float32Array.from({ length: 6 * width }, () => random.normal());
    const table = placeFloat32(heap, values);
    const items = placeInt32(heap, [4, 0, 5]);
    const rows = placeFloat32(heap, new Float32Array(3 * width).fill(7));
    heap.kernels.gatherRows(table, width, items, 1, 3, rows);
    const copied = [new Float32Array(width).fill(7), values.slice(0, width), values.slice(5 * width)];
    expect(heap.float32(rows, 3 * width)).toEqual(Float32Array.from(copied.flatMap(row => [...row])));

    const moved = heap.float32(rows, 3 * width).map(value => value + random.normal());
    heap.float32(rows, 3 * width).set(moved);
    heap.kernels.subtractRows(table, width, items, 3, rows, kept);
    const differences = [4, 0, 5].flatMap((item, r) =>
      Array.from({ length: kept }, (__, k) => Math.fround(moved[r * width + k]! - values[item * width + k]!)),
    );
    expect([...heap.float32(rows, 3 * kept)]).toEqual(differences);
  });
});

const ROWS = 6;
const BOUGHT = 2;

interface Problem {
  readonly user: readonly number[];
  readonly vectors: readonly (readonly number[])[];
  readonly biases: readonly number[];
  /** The first two rows were bought. */
  readonly samples: readonly number[];
  readonly learningRate: number;
  readonly regularisation: number;
}

function problemOf(dimension: number, scale: number): Problem {
  const random = seededRandom(11, 'epoch', dimension, scale);
  const vector = (): number[] =>
    Array.from({ length: dimension }, () => Math.fround((scale * random.normal()) / Math.sqrt(dimension)));
  return {
    user: vector(),
    vectors: Array.from({ length: ROWS }, vector),
    biases: Array.from({ length: ROWS }, () => Math.fround(scale * random.normal())),
    // One row right after itself, too, and at the end.
    samples: [0, 3, 3, 1, 5, 2, 2, 2, 4, 0, 1, 1],
    learningRate: 0.3,
    regularisation: 0.07,
  };
}

/** What the kernels make of it. */
function epoch(heap: Heap, problem: Problem) {
  const { samples, learningRate, regularisation } = problem;
  const dimension = problem.user.length;
  const stride = (dimension + 3) & ~3;
  const padded = (row: readonly number[]): number[] => [...row, ...Array<number>(stride - dimension).fill(0)];
  const user = placeFloat32(heap, padded(problem.user));
  const vectors = placeFloat32(heap, problem.vectors.flatMap(padded));
  const biases = placeFloat32(heap, problem.biases);
  const order = placeInt32(heap, samples);
  const settings = [samples.length, learningRate, regularisation] as const;
  heap.kernels.sgdEpoch(user, stride, vectors, biases, BOUGHT, order, ...settings);
  const rows = [heap.float32(user, stride), heap.float32(vectors, ROWS * stride)].map(tensor => ({
    values: tensor.filter((_, k) => k % stride < dimension),
    pads: tensor.filter((_, k) => k % stride >= dimension),
  }));
  return {
    user: rows[0]!.values,
    vectors: rows[1]!.values,
    biases: heap.float32(biases, ROWS).slice(),
    pads: rows.flatMap(({ pads }) => [...pads]),
  };
}

/** The same in doubles, as papers write it: each score from what the step before left. */
function published({ user, vectors, biases, samples, learningRate, regularisation }: Problem) {
  const u = [...user];
  const table = vectors.map(vector => [...vector]);
  const b = [...biases];
  for (const row of samples) {
    const v = table[row]!;
    const score = u.reduce((sum, value, k) => sum + value * v[k]!, b[row]!);
    const error = (row < BOUGHT ? 1 : 0) - 1 / (1 + Math.exp(-score));
    for (let k = 0; k < u.length; k++) {
      const before = u[k]!;
      u[k]! += learningRate * (error * v[k]! - regularisation * before);
      v[k]! += learningRate * (error * before - regularisation * v[k]!);
    }
    b[row]! += learningRate * error;
  }
  return { user: u, vectors: table.flat(), biases: b };
}

function chiSquared(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
}

function placeInt32(heap: Heap, values: ArrayLike<number>): number {
  const pointer = heap.kernels.allocate(4 * values.length);
  heap.int32(pointer, values.length).set(values);
  return pointer;
}

function placeFloat32(heap: Heap, values: ArrayLike<number>): number {
  const pointer = heap.kernels.allocate(4 * values.length);
  heap.float32(pointer, values.length).set(values);
  return pointer;
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
