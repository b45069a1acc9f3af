import type { Contribution, Rows } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { packedLength } from '../../linear-algebra/packed.ts';
import { innerProduct } from '../../linear-algebra/tall.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import { historyWeights } from '../history-weights.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { solveItems, stepItems } from './item-vectors.ts';
import { type IalsOptions, ialsOptionsSchema, type SolveOptions, solveOptions } from './options.ts';
import { type ItemSide, solveUser } from './user-vector.ts';

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
  create: (options, catalogue) => new ImplicitAls(options, catalogue),
};

const WHOLE = Int32Array.of(0);

class ImplicitAls implements Learner {
  readonly name = 'ials';
  readonly personal = [];
  readonly rounds: number;
  readonly #options: IalsOptions;
  readonly #solve: SolveOptions;
  readonly #items: number;
  readonly #specs: readonly TensorSpec[];

  constructor(options: IalsOptions, { size }: Catalogue) {
    const { dimension } = options;
    this.rounds = 1 + options.rounds;
    this.#options = options;
    this.#solve = solveOptions(options, size);
    this.#items = size;
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
    if (round === 0) return { phase: 'count', length: this.#items, clipNorm, parameters: {} };
    const perItem = form === 'exact' ? dimension + packedLength(dimension) : dimension;
    const length = this.#items * perItem + packedLength(dimension);
    return { phase: form, length, clipNorm, parameters: {} };
  }

  contribute({ phase, length }: RoundPlan, model: Model, { history: { items } }: DeviceData): Contribution {
    if (phase === 'count') {
      return { length, parts: [{ offset: 0, width: 1, rows: items, values: new Float32Array(items.length).fill(1) }] };
    }
    const { dimension } = this.#options;
    const user = solveUser(this.#itemSide(model), items, undefined, this.#solve);
    const square = packedSquare(user);
    const perItem: Rows<Float32Array> = {
      offset: square.length,
      width: dimension,
      rows: items,
      values: new Float32Array(items.length * dimension),
    };
    const vectors = model.tensor('item.vectors');
    for (let n = 0; n < items.length; n++) {
      let residual = 1;
      const base = items[n]! * dimension;
      if (phase === 'gradient') for (let k = 0; k < dimension; k++) residual -= user[k]! * vectors[base + k]!;
      for (let k = 0; k < dimension; k++) perItem.values[n * dimension + k] = residual * user[k]!;
    }
    const shared = { offset: 0, width: square.length, rows: WHOLE, values: square };
    if (phase === 'gradient') return { length, parts: [shared, perItem] };
    const squares = new Float32Array(items.length * square.length);
    for (let n = 0; n < items.length; n++) squares.set(square, n * square.length);
    const offset = square.length + this.#items * dimension;
    return { length, parts: [shared, perItem, { offset, width: square.length, rows: items, values: squares }] };
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
    const perItem = sum.subarray(gramian.length, gramian.length + this.#items * dimension);
    const buyers = Float64Array.from(next.tensor('item.shares'), share => share * users);
    const items = { vectors: next.tensor('item.vectors'), buyers, users };
    if (phase === 'gradient') stepItems(items, perItem, gramian, this.#solve);
    else solveItems(items, perItem, sum.subarray(gramian.length + perItem.length), gramian, this.#solve);
    writeGramian(next, dimension);
    return { round: round + 1, model: next, memory };
  }

  scores(model: Model, { history }: DeviceData): Float32Array {
    const weights = historyWeights(history, this.#options);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // The same weight in all as in training, told apart by age.
    if (total > 0) for (let n = 0; n < weights.length; n++) weights[n]! *= weights.length / total;
    const user = solveUser(this.#itemSide(model), history.items, weights, this.#solve);
    const vectors = model.tensor('item.vectors');
    const scores = model.tensor('item.shares').map(share => POPULARITY_PRIOR * share);
    const { dimension } = this.#options;
    for (let item = 0; item < scores.length; item++) {
      const base = item * dimension;
      let score = 0;
      for (let k = 0; k < dimension; k++) score += user[k]! * vectors[base + k]!;
      scores[item]! += score;
    }
    return scores;
  }

  #itemSide(model: Model): ItemSide {
    return { vectors: model.tensor('item.vectors'), gramian: model.tensor('item.gramian'), items: this.#items };
  }
}

function writeGramian(model: Model, dimension: number): void {
  const vectors = Float64Array.from(model.tensor('item.vectors'));
  model.tensor('item.gramian').set(innerProduct(vectors, vectors, dimension));
}

/** The upper triangle of u u^T, packed. */
function packedSquare(user: Float64Array): Float32Array {
  const square = new Float32Array(packedLength(user.length));
  for (let row = 0, at = 0; row < user.length; row++) {
    for (let column = row; column < user.length; column++, at++) square[at] = user[row]! * user[column]!;
  }
  return square;
}
