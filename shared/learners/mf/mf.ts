import type { Contribution } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { bcePass, bprPass, type Factors } from '../../kernels/mf.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { adam, type ServerOptimizer, sgd } from '../optimizer.ts';
import { type MfOptions, mfOptionsSchema } from './options.ts';
import { Sampler } from './sampler.ts';

/**
 * Matrix factorisation by SGD: a user's score of an item is user.vector . item.vectors[item] + item.biases[item]. The
 * user vector is personal; devices train copies of the rows that they touch and contribute how those moved.
 *
 * A device trains from the user vector that it kept, which costs one pass over its history; it recommends with one that
 * is fitted to the final model from zero (the reconstruction of Singhal et al. 2021, arXiv 2102.03448, who use it in
 * training too: measured here, that took four times as long to the same quality).
 */
export const mf: LearnerDefinition<MfOptions> = {
  name: 'mf',
  options: mfOptionsSchema,
  create: (options, catalogue) => new MatrixFactorisation(options, catalogue),
};

class MatrixFactorisation implements Learner {
  readonly name = 'mf';
  readonly personal: readonly TensorSpec[];
  readonly #options: MfOptions;
  readonly #specs: readonly TensorSpec[];
  readonly #optimizer: ServerOptimizer;
  readonly #sampler: Sampler;
  readonly #pass: typeof bcePass;

  constructor(options: MfOptions, { size }: Catalogue) {
    this.personal = [{ name: 'user.vector', shape: [options.dimension] }];
    this.#options = options;
    this.#specs = [
      { name: 'item.vectors', shape: [size, options.dimension] },
      { name: 'item.biases', shape: [size] },
    ];
    this.#optimizer = optimizerOf(options);
    this.#sampler = new Sampler(size, options.negatives);
    this.#pass = options.loss === 'bce' ? bcePass : bprPass;
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
    const { localEpochs, negatives, userLearningRate, itemLearningRate, regularisation } = this.#options;
    const { items, rows } = this.#sampler.draw(history.items, localEpochs, random);
    const factors = gather(model, personal, items);
    const steps = { user: userLearningRate, items: itemLearningRate, regularisation };
    this.#pass({ rows, negatives }, factors, steps);
    subtractRows(factors.vectors, model.tensor('item.vectors'), items, personal.length);
    subtractRows(factors.biases, model.tensor('item.biases'), items, 1);
    const vectors = {
      offset: model.offset('item.vectors'),
      width: personal.length,
      rows: items,
      values: factors.vectors,
    };
    const biases = { offset: model.offset('item.biases'), width: 1, rows: items, values: factors.biases };
    return { length, parts: [vectors, biases] };
  }

  fold({ round, model, memory }: LearnerState, _plan: RoundPlan, release: Release): LearnerState {
    const mean = release.sum.map(total => total / release.expectedContributions);
    const { serverLearningRate, rounds } = this.#options;
    const learningRate = serverLearningRate * Math.min(1, (2 * (rounds - round) - 1) / rounds);
    return { round: round + 1, ...this.#optimizer.step(model, memory, mean, { round, learningRate }) };
  }

  /**
   * Fits the user vector to fixed items, from zero: for `bce` a convex problem, so the result hangs on the model and the
   * history, not on whether or when the device trained, and fitting again changes nothing but the drawn negatives.
   */
  personalise(model: Model, { history, personal }: DeviceData, random: Random): void {
    const { personaliseEpochs, negatives, userLearningRate, regularisation } = this.#options;
    const { items, rows } = this.#sampler.draw(history.items, personaliseEpochs, random);
    personal.fill(0);
    const factors = gather(model, personal, items);
    const epochLength = rows.length / personaliseEpochs;
    for (let epoch = 0; epoch < personaliseEpochs; epoch++) {
      const steps = { user: userLearningRate * (1 - epoch / personaliseEpochs), items: 0, regularisation };
      this.#pass({ rows, negatives }, factors, steps, epoch * epochLength, (epoch + 1) * epochLength);
    }
  }

  scores(model: Model, { personal }: DeviceData): Float32Array {
    return scoresOf(personal, model.tensor('item.vectors'), model.tensor('item.biases'));
  }
}

function optimizerOf(options: MfOptions): ServerOptimizer {
  return options.serverOptimizer === 'adam'
    ? adam(options.beta1, options.beta2, options.epsilon)
    : sgd(options.momentum);
}

/** The scores of all items: user . vectors[item] + biases[item]. */
export function scoresOf(user: Float32Array, vectors: Float32Array, biases: Float32Array): Float32Array {
  const scores = biases.slice();
  const dimension = user.length;
  for (let item = 0; item < scores.length; item++) {
    const base = item * dimension;
    let score = scores[item]!;
    for (let k = 0; k < dimension; k++) score += user[k]! * vectors[base + k]!;
    scores[item] = score;
  }
  return scores;
}

/** The user vector itself, and copies of the items' rows. */
function gather(model: Model, user: Float32Array, items: Int32Array): Factors {
  const dimension = user.length;
  const tables = { vectors: model.tensor('item.vectors'), biases: model.tensor('item.biases') };
  const vectors = new Float32Array(items.length * dimension);
  const biases = new Float32Array(items.length);
  for (let row = 0; row < items.length; row++) {
    const to = row * dimension;
    const from = items[row]! * dimension;
    for (let k = 0; k < dimension; k++) vectors[to + k] = tables.vectors[from + k]!;
    biases[row] = tables.biases[items[row]!]!;
  }
  return { user, vectors, biases };
}

/** values[r] <- values[r] - table[rows[r]], where each row is `width` long. */
function subtractRows(values: Float32Array, table: Float32Array, rows: Int32Array, width: number): void {
  for (let r = 0; r < rows.length; r++) {
    const to = r * width;
    const from = rows[r]! * width;
    for (let k = 0; k < width; k++) values[to + k]! -= table[from + k]!;
  }
}
