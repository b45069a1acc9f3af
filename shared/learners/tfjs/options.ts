import * as z from 'zod';

/**
 * For models of vectors of users and items. Figures are HR@10 / NDCG@10 of plain factors of length 32 on validation
 * items, the last ones in training, of MovieLens-100K.
 */
const DEFAULTS = Object.freeze({
  /** 20 gave 0.136 / 0.066, and 40 gave 0.160 / 0.082. */
  rounds: 40,
  /** 1 gave 0.150 / 0.071. */
  localEpochs: 2,
  batchSize: 128,
  negatives: 4,
  /** 5 gave 0.146 / 0.074 and 10 gave 0.160 / 0.082; on synthetic data 5 is the better. */
  personalLearningRate: 7,
  globalLearningRate: 0.05,
  serverOptimizer: 'adam',
  /** Above the norms seen of the examples on MovieLens-100K (3.6 at most), so that nothing is clipped without noise. */
  clipNorm: 8,
  personaliseEpochs: 10,
} as const);

/** With `adam` the size of a step hardly depends on that of the contributions; `sgd` at 1 is federated averaging. */
const SERVER_LEARNING_RATES = Object.freeze({ sgd: 1, adam: 0.1 });

/** How any model is trained, beside the options of its own. */
export const trainingShape = {
  rounds: z.int().min(1).default(DEFAULTS.rounds),
  /** Passes over the history that a device makes in a round. */
  localEpochs: z.int().min(1).max(100).default(DEFAULTS.localEpochs),
  /** Purchases in one gradient step. An operation costs tfjs about 10 µs whatever its size: few steps are fast. */
  batchSize: z.int().min(1).default(DEFAULTS.batchSize),
  /** Drawn for each purchase and pass, uniformly from the items that the device has not bought. */
  negatives: z.int().min(1).max(1000).default(DEFAULTS.negatives),
  /** Of personal variables, along the gradient of a batch's mean loss. */
  personalLearningRate: z.number().positive().default(DEFAULTS.personalLearningRate),
  /**
   * Of the device's copies of the global variables. What is contributed of a step is how they moved times the purchases
   * in the batch, so that each purchase counts alike (the weights of McMahan et al. 2017, arXiv 1602.05629).
   */
  globalLearningRate: z.number().positive().default(DEFAULTS.globalLearningRate),
  /** `sgd` is FedAvg, `adam` FedAdam (Reddi et al. 2021, arXiv 2003.00295). */
  serverOptimizer: z.enum(['sgd', 'adam']).default(DEFAULTS.serverOptimizer),
  /** Held for the first half of the rounds, then taken down to 0 in a line, so that the model comes to rest. */
  serverLearningRate: z.number().positive().optional(),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  /** Passes over the history that fit the personal variables before they recommend. */
  personaliseEpochs: z.int().min(1).max(1000).default(DEFAULTS.personaliseEpochs),
};

/** What a model may set other defaults of. */
export type TrainingDefaults = z.input<z.ZodObject<typeof trainingShape>>;

type Parsed = z.output<z.ZodObject<typeof trainingShape>>;
export type TrainingOptions = Parsed & { readonly serverLearningRate: number };

/**
 * Validates the options of training and of the model together. `training` are the model's defaults; what comes out is
 * complete, and a valid input again.
 */
export function optionsSchema(own: z.ZodRawShape, training: Partial<TrainingDefaults>): z.ZodType<TrainingOptions> {
  const merged = z.strictObject({ ...own, ...trainingShape }).transform(({ serverLearningRate, ...options }) => ({
    ...options,
    serverLearningRate: serverLearningRate ?? SERVER_LEARNING_RATES[options.serverOptimizer],
  }));
  const isObject = (given: unknown): given is object => typeof given === 'object' && given !== null;
  return z.preprocess(given => (isObject(given) ? { ...training, ...given } : given), merged);
}
