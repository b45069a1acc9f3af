import { type Contribution, indicator } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { type Heap, type Scratch, threadHeap } from '../../kernels/heap.ts';
import { packedLength } from '../../linear-algebra/packed.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import { innerProduct } from '../../linear-algebra/tall.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import { historyWeights } from '../history-weights.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { type ResidentItems, residentItems } from './item-side.ts';
import { solveItems, stepItems } from './item-vectors.ts';
import { type IalsOptions, ialsOptionsSchema, type SolveOptions, solveOptions } from './options.ts';
import { UserSolver } from './user-vector.ts';

/** Orders the items for an empty history, and ties. */
const POPULARITY_PRIOR = 1e-6;

/**
 * Implicit alternating least squares (Hu, Koren and Volinsky 2008) with the frequency-scaled ridge of Rendle et al. 2021
 * (arXiv 2110.14037). A first round counts the buyers of each item. In each further one a device solves its own vector u
 * exactly, and adds its share of the items' statistics: u u^T once, for all that it did not buy, and for each item that
 * it bought its gradient u (1 - u.v), or in the exact form u and u u^T.
 */
export const ials: LearnerDefinition<IalsOptions> = {
  name: 'ials',
  options: ialsOptionsSchema,
  underNoise: { clipNorm: 1 },
  create: (options, catalogue) => new ImplicitAls(options, catalogue),
};

const WHOLE = Int32Array.of(0);

class ImplicitAls implements Learner {
  readonly name = 'ials';
  readonly personal = [];
  readonly rounds: number;
  readonly #options: IalsOptions;
  readonly #solve: SolveOptions;
  readonly #size: number;
  readonly #specs: readonly TensorSpec[];
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  readonly #users: UserSolver;

  constructor(options: IalsOptions, { size }: Catalogue) {
    const { dimension } = options;
    this.rounds = 1 + options.rounds;
    this.#options = options;
    this.#solve = solveOptions(options, size);
    this.#size = size;
    this.#heap = threadHeap();
    this.#scratch = this.#heap.scratch();
    this.#users = new UserSolver(this.#solve, this.#heap);
    this.#specs = [
      { name: 'item.vectors', shape: [size, dimension] },
      { name: 'item.gramian', shape: [dimension, dimension] },
      { name: 'item.shares', shape: [size] },
    ];
  }

  /** Nothing is published before the items are counted: devices need no model to count. */
  init(random: Random): LearnerState {
    const model = new Model(this.#specs);
    const { initialDeviation, dimension } = this.#options;
    const vectors = model.tensor('item.vectors');
    for (let k = 0; k < vectors.length; k++) vectors[k] = (initialDeviation / Math.sqrt(dimension)) * random.normal();
    writeGramian(model, dimension);
    return { round: 0, model: new Model([]), memory: model };
  }

  plan({ round }: LearnerState): RoundPlan | undefined {
    const { rounds, clipNorm, dimension, form } = this.#options;
    if (round > rounds) return undefined;
    if (round === 0) return { phase: 'count', length: this.#size, clipNorm, parameters: {} };
    const perItem = form === 'exact' ? dimension + packedLength(dimension) : dimension;
    const length = this.#size * perItem + packedLength(dimension);
    return { phase: form, length, clipNorm, parameters: {} };
  }

  contribute({ phase, length }: RoundPlan, model: Model, { history: { items } }: DeviceData): Contribution {
    if (phase === 'count') {
      return indicator(items, length);
    }
    const count = items.length;
    const { dimension } = this.#options;
    const packed = packedLength(dimension);
    const exact = phase === 'exact';
    const heap = this.#heap;
    const side = this.#items(model);
    const factors = this.#scratch.reserve(
      8 * count + 4 * (2 * count + packed + count * (dimension + (exact ? packed : 0))),
    );
    const bought = factors + 8 * count;
    const weights = bought + 4 * count;
    const square = weights + 4 * count;
    const values = square + 4 * packed;
    const rows = heap.int32(bought, count);
    rows.set(items);
    heap.float32(weights, count).fill(1);
    this.#users.solve(side, bought, weights, count);
    const { vector } = this.#users;
    heap.kernels.packedSquare(vector, dimension, square);
    this.#residuals(side, bought, count, factors, exact);
    heap.kernels.outerRows(factors, count, vector, dimension, values);
    const shared = { offset: 0, width: packed, rows: WHOLE, values: heap.float32(square, packed) };
    const perItem = { offset: packed, width: dimension, rows, values: heap.float32(values, count * dimension) };
    if (!exact) return { length, parts: [shared, perItem] };
    const squares = heap.float32(values + 4 * count * dimension, count * packed);
    for (let n = 0; n < count; n++) squares.set(shared.values, n * packed);
    const offset = packed + this.#size * dimension;
    return { length, parts: [shared, perItem, { offset, width: packed, rows, values: squares }] };
  }

  fold({ round, model, memory }: LearnerState, { phase }: RoundPlan, release: Release): LearnerState {
    const { sum, expectedContributions: users } = release;
    const { dimension } = this.#options;
    if (phase === 'count') {
      const first = memory.clone();
      const shares = first.tensor('item.shares');
      for (let item = 0; item < shares.length; item++) shares[item] = sum[item]! / users;
      return { round: round + 1, model: first, memory: new Model([]) };
    }
    const next = model.clone();
    const gramian = sum.subarray(0, packedLength(dimension));
    const perItem = sum.subarray(gramian.length, gramian.length + this.#size * dimension);
    const buyers = Float64Array.from(next.tensor('item.shares'), share => share * users);
    const items = { vectors: next.tensor('item.vectors'), buyers, users };
    if (phase === 'gradient') stepItems(items, perItem, gramian, this.#solve);
    else solveItems(items, perItem, sum.subarray(gramian.length + perItem.length), gramian, this.#solve);
    writeGramian(next, dimension);
    return { round: round + 1, model: next, memory };
  }

  scores(model: Model, { history }: DeviceData): Float32Array {
    const heap = this.#heap;
    const stride = strideOf(this.#options.dimension);
    const count = history.items.length;
    const side = this.#items(model);
    const bought = this.#scratch.reserve(4 * (2 * count + stride + this.#size + 3));
    const weights = bought + 4 * count;
    const user = weights + 4 * count;
    const scores = user + 4 * stride;
    const own = historyWeights(history, this.#options);
    const total = own.reduce((sum, weight) => sum + weight, 0);
    // The same weight in all as in training, told apart by age.
    heap.float32(weights, count).set(total > 0 ? own.map(weight => (weight * count) / total) : own);
    heap.int32(bought, count).set(history.items);
    this.#users.solve(side, bought, weights, count);
    heap.float32(user, stride).set(heap.float64(this.#users.vector, stride));
    heap.kernels.scoreItems(side.vectors, stride, side.biases, user, this.#size, scores);
    return heap.float32(scores, this.#size).slice();
  }

  #items(model: Model): ResidentItems {
    const { dimension, unobservedWeight } = this.#options;
    return residentItems(this.#heap, model, {
      items: this.#size,
      dimension,
      unobservedWeight,
      prior: POPULARITY_PRIOR,
    });
  }

  /** float64 factors [count] of u in each item's part: 1 - u.v in the gradient, 1 in the exact form. */
  #residuals({ vectors }: ResidentItems, bought: number, count: number, factors: number, exact: boolean): void {
    const residuals = this.#heap.float64(factors, count);
    if (exact) return void residuals.fill(1);
    const stride = strideOf(this.#options.dimension);
    this.#heap.kernels.rowDots(vectors, stride, bought, count, this.#users.vector, factors);
    for (let n = 0; n < count; n++) residuals[n] = 1 - residuals[n]!;
  }
}

function writeGramian(model: Model, dimension: number): void {
  const vectors = model.tensor('item.vectors');
  model.tensor('item.gramian').set(innerProduct(vectors, vectors, dimension));
}
