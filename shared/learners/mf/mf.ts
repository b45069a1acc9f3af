import type { Contribution } from '../../aggregation/contribution.ts';
import { type Heap, type Scratch, threadHeap } from '../../kernels/heap.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import { historyWeights } from '../history-weights.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { adam, type ServerOptimizer } from '../optimizer.ts';
import { type MfOptions, mfOptionsSchema } from './options.ts';
import { type ItemChanges, type ItemShape, itemShape, residentItems } from './resident.ts';
import { Sampler } from './sampler.ts';
import { LocalSgd } from './sgd.ts';
import { derive, fitUser, type Loss, type UserProblem } from './user-vector.ts';
import { placesFor } from './workspace.ts';

/** Drawn where a user vector that was trained by gradient descent is fitted before it recommends. */
const PERSONALISE_NEGATIVES = 400;

/** All negatives of a device together are held to 0 as much as so many times its positives. */
const NEGATIVE_RIDGE_SHARE = 4;

/**
 * A history that recommends is regularised like one of so many more items, so that one purchase does not outweigh what is
 * popular: NDCG@10 of one-item histories in a world of 500 shoppers is 0.094 instead of 0.078 (popularity 0.093), for 1 % less
 * of whole ones on MovieLens-100K.
 */
const RIDGE_ITEMS = 6;

/**
 * Matrix factorisation by gradient descent: a user's score of an item is user.vector . item.vectors[item] +
 * item.biases[item]. The user vector is personal: a device goes on fitting it from where it was, by Newton steps against
 * freshly drawn negatives, then contributes the gradient of its items and negatives. Or, as `solver` says, it trains both by
 * stochastic gradient descent, and contributes how its copies of the items moved, which the coordinator takes for the gradient.
 *
 * It recommends with a vector fitted from zero, in which recent purchases weigh more (the reconstruction of Singhal et
 * al. 2021, arXiv 2102.03448).
 */
export const mf: LearnerDefinition<MfOptions> = {
  name: 'mf',
  options: mfOptionsSchema,
  underNoise: { clipNorm: 1 },
  create: (options, { size }) => new MatrixFactorisation(options, size, threadHeap()),
};

class MatrixFactorisation implements Learner {
  readonly name = 'mf';
  readonly personal: readonly TensorSpec[];
  readonly rounds: number;
  readonly #options: MfOptions;
  readonly #specs: readonly TensorSpec[];
  readonly #optimizer: ServerOptimizer;
  readonly #shape: ItemShape;
  readonly #sampler: Sampler;
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  readonly #loss: Loss;
  readonly #sgd: LocalSgd | undefined;

  constructor(options: MfOptions, size: number, heap: Heap) {
    this.personal = [{ name: 'user.vector', shape: [options.dimension] }];
    this.rounds = options.rounds;
    this.#options = options;
    this.#specs = [
      { name: 'item.vectors', shape: [size, options.dimension] },
      { name: 'item.biases', shape: [size] },
    ];
    this.#optimizer = adam(options.beta1, options.beta2, options.epsilon);
    this.#shape = itemShape(size, options.dimension);
    this.#heap = heap;
    this.#scratch = heap.scratch();
    if (options.solver === 'sgd') {
      this.#sgd = new LocalSgd(heap, this.#shape, options);
      this.#loss = 'bce';
      this.#sampler = new Sampler(heap, size, PERSONALISE_NEGATIVES, options.negatives);
    } else {
      this.#loss = options.loss;
      this.#sampler = new Sampler(heap, size, options.negatives);
    }
  }

  init(random: Random): LearnerState {
    const model = new Model(this.#specs);
    const vectors = model.tensor('item.vectors');
    for (let k = 0; k < vectors.length; k++) vectors[k] = this.#options.initialDeviation * random.normal();
    return { round: 0, model, memory: new Model(this.#optimizer.memory(model.length)) };
  }

  plan({ round, model }: LearnerState): RoundPlan | undefined {
    const { rounds, clipNorm } = this.#options;
    return round < rounds ? { phase: 'train', length: model.length, clipNorm, parameters: {} } : undefined;
  }

  contribute({ length }: RoundPlan, model: Model, { history, personal }: DeviceData, random: Random): Contribution {
    if (this.#sampler.count(history.items.length) === 0) return { length, parts: [] };
    const { items, vectors, biases } =
      this.#sgd === undefined
        ? this.#itemGradients(model, history.items, personal, random)
        : this.#sgd.train(residentItems(this.#heap, model, this.#shape), history.items, personal, random);
    const parts = [
      { offset: model.offset('item.vectors'), width: personal.length, rows: items, values: vectors },
      { offset: model.offset('item.biases'), width: 1, rows: items, values: biases },
    ];
    return { length, parts };
  }

  fold({ round, model, memory }: LearnerState, _plan: RoundPlan, release: Release): LearnerState {
    const mean = release.sum.slice();
    for (let k = 0; k < mean.length; k++) mean[k]! /= release.expectedContributions;
    const { serverLearningRate, rounds } = this.#options;
    const learningRate = serverLearningRate * Math.min(1, (2 * (rounds - round) - 1) / rounds);
    return { round: round + 1, ...this.#optimizer.step(model, memory, mean, { round, learningRate }) };
  }

  /**
   * Fits the user vector to fixed items, from zero: a convex problem, so the result hangs on the model and the history, not
   * on whether or when the device trained, and fitting again changes nothing but the drawn negatives.
   */
  personalise(model: Model, { history, personal }: DeviceData, random: Random): void {
    personal.fill(0);
    if (this.#sampler.count(history.items.length) === 0) return;
    const problem = this.#problem(model, history.items, random);
    const { places } = problem;
    const weights = historyWeights(history, this.#options);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // As much weight in all as in training.
    const heap = this.#heap;
    heap.float32(places.weights, weights.length).set(weights.map(weight => (weight * weights.length) / total));
    heap.float32(places.user, this.#shape.stride).fill(0);
    fitUser(heap, problem, this.#ridge(weights.length + RIDGE_ITEMS), this.#options.personaliseSteps);
    personal.set(heap.float32(places.user, personal.length));
  }

  scores(model: Model, { personal }: DeviceData): Float32Array {
    const { items, stride } = this.#shape;
    const { vectors, biases } = residentItems(this.#heap, model, this.#shape);
    const user = this.#scratch.reserve(4 * (stride + items + 3));
    const scores = user + 4 * stride;
    this.#heap.float32(user, stride).fill(0).set(personal);
    this.#heap.kernels.scoreItems(vectors, stride, biases, user, items, scores);
    return this.#heap.float32(scores, items);
  }

  /** Takes Newton's steps on the user vector, in place. */
  #itemGradients(model: Model, items: Int32Array, personal: Float32Array, random: Random): ItemChanges {
    const { localSteps, itemRegularisation } = this.#options;
    const heap = this.#heap;
    const { dimension, stride } = this.#shape;
    const problem = this.#problem(model, items, random);
    const { table, places, count, bought } = problem;
    const { rows, user, errors, gradients } = places;
    heap.float32(places.weights, bought).fill(1);
    heap.float32(user, stride).fill(0).set(personal);
    fitUser(heap, problem, this.#ridge(bought), localSteps);
    derive(heap, problem);
    const negativeRidge = (NEGATIVE_RIDGE_SHARE * itemRegularisation * bought) / (count - bought);
    const ridges = [itemRegularisation, negativeRidge] as const;
    heap.kernels.itemGradients(
      table.vectors,
      stride,
      rows,
      count,
      bought,
      user,
      errors,
      ...ridges,
      dimension,
      gradients,
    );
    personal.set(heap.float32(user, dimension));
    return {
      items: heap.int32(rows, count),
      vectors: heap.float32(gradients, count * dimension),
      biases: heap.float32(errors, count),
    };
  }

  /** The problem of a device that has something to tell apart, but for its weights and user vector. */
  #problem(model: Model, items: Int32Array, random: Random): UserProblem {
    const bought = items.length;
    const count = this.#sampler.count(bought);
    const table = residentItems(this.#heap, model, this.#shape);
    const places = placesFor(count, this.#shape.stride, this.#scratch);
    this.#sampler.draw(places.rows, items, random);
    const negativeWeight = this.#sampler.negativeWeight(bought);
    return { shape: this.#shape, table, places, loss: this.#loss, count, bought, negativeWeight };
  }

  #ridge(bought: number): number {
    return this.#options.userRegularisation * bought;
  }
}
