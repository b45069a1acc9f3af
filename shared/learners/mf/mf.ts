import type { Contribution } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { bcePass, bprPass, type Factors } from '../../kernels/mf.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { adam, type ServerOptimizer, sgd } from '../optimizer.ts';
import { type Drawn, Sampler } from './draw.ts';
import { type MfOptions, mfOptionsSchema } from './options.ts';

export const mf: LearnerDefinition<MfOptions> = {
  name: 'mf',
  options: mfOptionsSchema,
  create: (options, catalogue) => new MatrixFactorisation(options, catalogue),
};

class MatrixFactorisation implements Learner {
  readonly name = 'mf';
  readonly personal: readonly TensorSpec[];
  readonly #options: MfOptions;
  readonly #catalogueSize: number;
  readonly #optimizer: ServerOptimizer;
  readonly #sampler: Sampler;
  readonly #pass: typeof bcePass;

  constructor(options: MfOptions, catalogue: Catalogue) {
    this.personal = [{ name: 'user.vector', shape: [options.dimension] }];
    this.#options = options;
    this.#catalogueSize = catalogue.size;
    this.#optimizer =
      options.serverOptimizer === 'adam'
        ? adam(options.serverLearningRate, options.beta1, options.beta2, options.epsilon)
        : sgd(options.serverLearningRate, options.momentum);
    this.#sampler = new Sampler(catalogue.size, options.negatives);
    this.#pass = options.loss === 'bce' ? bcePass : bprPass;
  }

  init(random: Random): LearnerState {
    const model = new Model([
      { name: 'item.vectors', shape: [this.#catalogueSize, this.#options.dimension] },
      { name: 'item.biases', shape: [this.#catalogueSize] },
    ]);
    const vectors = model.tensor('item.vectors');
    for (let k = 0; k < vectors.length; k++) vectors[k] = this.#options.initialDeviation * random.normal();
    return { round: 0, model, memory: new Model(this.#optimizer.memory(model.length)) };
  }

  plan({ round, model }: LearnerState): RoundPlan | undefined {
    if (round >= this.#options.rounds) return undefined;
    return { phase: 'train', length: model.length, clipNorm: this.#options.clipNorm, parameters: {} };
  }

  contribute({ length }: RoundPlan, model: Model, { history, personal }: DeviceData, random: Random): Contribution {
    const { localEpochs, regularisation, userLearningRate, itemLearningRate, dimension } = this.#options;
    const drawn = this.#sampler.draw(history.items, localEpochs, random);
    const factors = gather(model, personal, drawn);
    if (this.#options.userStart === 'fresh') {
      personal.fill(0);
      this.personalise(model, { history, personal }, random);
    }
    this.#pass({ rows: drawn.rows, negatives: this.#options.negatives }, factors, {
      user: userLearningRate,
      items: itemLearningRate,
      regularisation,
    });
    subtractRows(factors.vectors, model.tensor('item.vectors'), drawn.items, dimension);
    subtractRows(factors.biases, model.tensor('item.biases'), drawn.items, 1);
    return {
      length,
      parts: [
        { offset: model.offset('item.vectors'), width: dimension, rows: drawn.items, values: factors.vectors },
        { offset: model.offset('item.biases'), width: 1, rows: drawn.items, values: factors.biases },
      ],
    };
  }

  fold({ round, model, memory }: LearnerState, _plan: RoundPlan, release: Release): LearnerState {
    const mean = release.sum.map(total => total / release.expectedContributions);
    return { round: round + 1, ...this.#optimizer.step(model, memory, mean, round) };
  }

  personalise(model: Model, { history, personal }: DeviceData, random: Random): void {
    const epochs = this.#options.personaliseEpochs;
    const drawn = this.#sampler.draw(history.items, epochs, random);
    const factors = gather(model, personal, drawn);
    const perEpoch = drawn.rows.length / epochs;
    for (let epoch = 0; epoch < epochs; epoch++) {
      this.#pass(
        { rows: drawn.rows, negatives: this.#options.negatives },
        factors,
        {
          user: this.#options.userLearningRate * (1 - epoch / epochs),
          items: 0,
          regularisation: this.#options.regularisation,
        },
        epoch * perEpoch,
        (epoch + 1) * perEpoch,
      );
    }
  }

  scores(model: Model, { personal }: DeviceData): Float32Array {
    const vectors = model.tensor('item.vectors');
    const scores = model.tensor('item.biases').slice();
    const dimension = personal.length;
    for (let item = 0, at = 0; item < scores.length; item++) {
      let score = scores[item]!;
      for (let k = 0; k < dimension; k++) score += personal[k]! * vectors[at++]!;
      scores[item] = score;
    }
    return scores;
  }
}

function gather(model: Model, user: Float32Array, { items }: Drawn): Factors {
  const dimension = user.length;
  const allVectors = model.tensor('item.vectors');
  const allBiases = model.tensor('item.biases');
  const vectors = new Float32Array(items.length * dimension);
  const biases = new Float32Array(items.length);
  for (let row = 0; row < items.length; row++) {
    const from = items[row]! * dimension;
    for (let k = 0; k < dimension; k++) vectors[row * dimension + k] = allVectors[from + k]!;
    biases[row] = allBiases[items[row]!]!;
  }
  return { user, vectors, biases };
}

/** values[r] <- values[r] - table[rows[r]] */
function subtractRows(values: Float32Array, table: Float32Array, rows: Int32Array, width: number): void {
  for (let r = 0, at = 0; r < rows.length; r++) {
    const from = rows[r]! * width;
    for (let k = 0; k < width; k++) values[at++]! -= table[from + k]!;
  }
}
