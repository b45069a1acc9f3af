import type * as tfjs from '@tensorflow/tfjs';
import { type Contribution, dense } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { LarderError, NumericalError, SettingsError } from '../../errors.ts';
import type { History } from '../../history.ts';
import { Model, type TensorSpec } from '../../model.ts';
import type { Random } from '../../random/random.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { adam, type ServerOptimizer, sgd } from '../optimizer.ts';
import { drawBatches, type Rows } from './batches.ts';
import { checkDefinition, checkModel } from './checks.ts';
import type { Tf, TfjsModel } from './definition.ts';
import { optionsSchema, type TrainingOptions } from './options.ts';
import { mendSegmentSum } from './segment-sum.ts';

/** As in Reddi et al. 2021 (arXiv 2003.00295); epsilon is small beside the mean over ten thousand devices. */
const ADAM = Object.freeze({ beta1: 0.9, beta2: 0.99, epsilon: 1e-8 });

/**
 * Federated training of any model that is written with tfjs operations. A device trains its personal variables and
 * copies of the global ones by SGD on batches of its history, and contributes how the global ones moved, each step times
 * the purchases in its batch: a dense vector.
 *
 * `version` becomes part of the learner's name. Devices compute with the code that they have, so those that have another
 * version of the model must not take part: they know no learner of that name, and say so. `larder --learner FILE` gives
 * the first digits of the file's hash; an app that joins such a run gives the same.
 *
 * @throws SettingsError if this is no definition.
 */
export function tfjsLearner(tf: Tf, definition: unknown, version?: string): LearnerDefinition<TrainingOptions> {
  const checked = checkDefinition(definition);
  const name = version === undefined ? checked.name : `${checked.name}@${version}`;
  mendSegmentSum(tf);
  return {
    name,
    options: optionsSchema(checked.options, checked.training ?? {}),
    create: (given, catalogue) => {
      const model = own(name, 'model', () => checked.create(tf, given, catalogue));
      return new TfjsLearner(tf, name, given, checkModel(name, model), catalogue);
    },
  };
}

class TfjsLearner implements Learner {
  readonly name: string;
  readonly personal: readonly TensorSpec[];
  readonly rounds: number;
  readonly #tf: Tf;
  readonly #options: TrainingOptions;
  readonly #model: TfjsModel<string, string>;
  readonly #global: readonly TensorSpec[];
  readonly #optimizer: ServerOptimizer;
  readonly #catalogueSize: number;

  constructor(tf: Tf, name: string, options: TrainingOptions, model: TfjsModel<string, string>, { size }: Catalogue) {
    this.name = name;
    this.personal = specsOf(model.personal);
    this.rounds = options.rounds;
    this.#tf = tf;
    this.#options = options;
    this.#model = model;
    this.#global = specsOf(model.global);
    this.#optimizer = options.serverOptimizer === 'adam' ? adam(ADAM.beta1, ADAM.beta2, ADAM.epsilon) : sgd(0);
    this.#catalogueSize = size;
  }

  init(random: Random): LearnerState {
    const model = new Model(this.#global);
    for (const [name, { deviation = 0 }] of Object.entries(this.#model.global)) {
      if (deviation === 0) continue;
      const values = model.tensor(name);
      for (let k = 0; k < values.length; k++) values[k] = deviation * random.normal();
    }
    return { round: 0, model, memory: new Model(this.#optimizer.memory(model.length)) };
  }

  plan({ round, model }: LearnerState): RoundPlan | undefined {
    const { rounds, clipNorm } = this.#options;
    return round < rounds ? { phase: 'train', length: model.length, clipNorm, parameters: {} } : undefined;
  }

  contribute(_plan: RoundPlan, model: Model, device: DeviceData, random: Random): Contribution {
    const { localEpochs, personalLearningRate, globalLearningRate } = this.#options;
    const personal = new Model(this.personal, device.personal.slice());
    const common = new Model(this.#global, model.values.slice());
    const contribution = new Float32Array(model.length);
    for (let epoch = 0; epoch < localEpochs; epoch++) {
      for (const rows of drawBatches(device.history.items, this.#catalogueSize, this.#options, random)) {
        const gradients = this.#gradients([personal, common], [], rows, device.history);
        const ofCommon = gradients.slice(this.personal.length);
        descend(personal.values, gradients.slice(0, this.personal.length), personalLearningRate);
        descend(common.values, ofCommon, globalLearningRate);
        descend(contribution, ofCommon, globalLearningRate * rows.positions.length);
      }
    }
    this.#checkFinite(personal.values);
    this.#checkFinite(contribution);
    device.personal.set(personal.values);
    return dense(contribution);
  }

  fold({ round, model, memory }: LearnerState, _plan: RoundPlan, release: Release): LearnerState {
    const { serverLearningRate, rounds } = this.#options;
    const mean = release.sum.map(total => total / release.expectedContributions);
    const learningRate = serverLearningRate * Math.min(1, (2 * (rounds - round) - 1) / rounds);
    return { round: round + 1, ...this.#optimizer.step(model, memory, mean, { round, learningRate }) };
  }

  /** Fits the personal variables from zero to global ones that stay as they are, at a rate that falls to 0. */
  personalise(model: Model, device: DeviceData, random: Random): void {
    if (this.personal.length === 0) return;
    const { personaliseEpochs, personalLearningRate } = this.#options;
    const personal = new Model(this.personal);
    const common = new Model(this.#global, model.values);
    for (let epoch = 0; epoch < personaliseEpochs; epoch++) {
      const learningRate = personalLearningRate * (1 - epoch / personaliseEpochs);
      for (const rows of drawBatches(device.history.items, this.#catalogueSize, this.#options, random)) {
        descend(personal.values, this.#gradients([personal], [common], rows, device.history), learningRate);
      }
    }
    this.#checkFinite(personal.values);
    device.personal.set(personal.values);
  }

  scores(model: Model, { history, personal }: DeviceData): Float32Array {
    const scores = new Float32Array(this.#catalogueSize);
    this.#compute('scores', () => {
      const variables = this.#tensors([new Model(this.personal, personal), new Model(this.#global, model.values)]);
      const given = this.#model.scores(Object.fromEntries(variables), history);
      this.#checkShape('scores', given, [scores.length]);
      scores.set(given.dataSync());
    });
    return scores;
  }

  /** The gradients of a batch's loss by each variable of `trained`, in their order. */
  #gradients(trained: readonly Model[], fixed: readonly Model[], rows: Rows, history: History): Float32Array[] {
    const gradients: Float32Array[] = [];
    this.#compute('loss', () => {
      const constants = this.#tensors(fixed);
      const inputs = this.#tensors(trained);
      const batch = this.#batch(rows, history);
      const lossOf = (...values: tfjs.Tensor[]): tfjs.Tensor => {
        const variables = inputs.map(([name], n) => [name, values[n]!] as const);
        const loss = this.#model.loss(Object.fromEntries([...constants, ...variables]), batch);
        this.#checkShape('loss', loss, []);
        return loss;
      };
      const { value, grads } = this.#tf.valueAndGrads(lossOf)(inputs.map(([, tensor]) => tensor));
      this.#checkFinite(value.dataSync<'float32'>());
      for (const gradient of grads) gradients.push(gradient.dataSync<'float32'>());
    });
    return gradients;
  }

  /** Disposes of the tensors that the code makes. Returns nothing: tfjs would look for tensors in each number. */
  #compute(what: string, code: () => void): void {
    own(this.name, what, () => this.#tf.tidy(code));
  }

  #batch({ items, positions }: Rows, history: History) {
    const shape: [number, number] = [positions.length, 1 + this.#options.negatives];
    const labels = Float32Array.from(items, (_, k) => (k % shape[1] === 0 ? 1 : 0));
    return {
      items: this.#tf.tensor2d(items, shape, 'int32'),
      labels: this.#tf.tensor2d(labels, shape),
      positions,
      history,
    };
  }

  #tensors(models: readonly Model[]): (readonly [string, tfjs.Tensor])[] {
    return models.flatMap(model =>
      model.specs.map(({ name, shape }) => [name, this.#tf.tensor(model.tensor(name), [...shape])] as const),
    );
  }

  #checkShape(what: string, { shape }: tfjs.Tensor, wanted: readonly number[]): void {
    if (shape.join() === wanted.join()) return;
    throw new SettingsError(
      `The ${what} of learner "${this.name}" came with shape [${shape.join(', ')}]. Give a tensor of shape [${wanted.join(', ')}].`,
    );
  }

  #checkFinite(values: Float32Array): void {
    if (isFiniteThroughout(values)) return;
    throw new NumericalError(
      `The loss of learner "${this.name}" or a gradient of it is not finite. Lower the learning rates, or look for a logarithm or quotient of 0.`,
    );
  }
}

/** Runs the researcher's code; what it throws becomes a sentence. */
function own<Result>(learner: string, what: string, code: () => Result): Result {
  try {
    return code();
  } catch (cause) {
    if (cause instanceof LarderError) throw cause;
    const { message } = cause as Error;
    throw new SettingsError(`The ${what} of learner "${learner}" cannot be computed: ${message}`, { cause });
  }
}

function specsOf(variables: TfjsModel<string, string>['global']): TensorSpec[] {
  return Object.entries(variables).map(([name, { shape }]) => ({ name, shape }));
}

/** values <- values - learningRate gradients, where those of the variables lie one after another. */
function descend(values: Float32Array, gradients: readonly Float32Array[], learningRate: number): void {
  let at = 0;
  for (const gradient of gradients) {
    for (let k = 0; k < gradient.length; k++) values[at++]! -= learningRate * gradient[k]!;
  }
}

/** A number minus itself is 0, but for infinities and NaN, which make the sum NaN. */
function isFiniteThroughout(values: Float32Array): boolean {
  let zero = 0;
  for (let k = 0; k < values.length; k++) zero += values[k]! - values[k]!;
  return zero === 0;
}
