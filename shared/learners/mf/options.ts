import * as z from 'zod';
import { historyWeightOptions } from '../history-weights.ts';

/**
 * One set for all data, for Newton's steps. Figures are NDCG@10 on validation items, the last in training, of Online Retail
 * without recency; each is one run of one seed of a prototype, where the defaults gave 0.064 and runs that should be alike
 * 0.063 to 0.070: only larger differences say something.
 */
const NEWTON_DEFAULTS = Object.freeze({
  /** Customary; 64 gave 0.070 where 32 gave 0.066, for twice the bytes. */
  dimension: 32,
  /** `bce` gave 0.051 at the same settings, which were chosen for `softmax`. */
  loss: 'softmax',
  /** 200 gave 0.063, 500 0.070 and 2,000 0.068: the device's time grows with them. */
  negatives: 400,
  /** 12 gave 0.064 and 30 gave 0.068 where 20 gave 0.070. */
  rounds: 20,
  /** From the vector that the device kept; 2 gave 0.062. */
  localSteps: 1,
  /** 0.015 gave 0.061 and 0.06 gave 0.062. */
  userRegularisation: 0.03,
  /** Keeps item vectors short, at the scale of the server's steps: 0.02, with a like product of the two, gave 0.054. */
  itemRegularisation: 0.3,
  /** Scores begin near each other, and user vectors have something to learn from in the first round. */
  initialDeviation: 0.1,
  /** Of Adam, because some items are touched by a thousand times as many devices as others. 0.05 and 0.2 gave the same. */
  serverLearningRate: 0.1,
  /** 0.9 gave the same, and so did 0.95 and 0.999 for `beta2`. */
  beta1: 0.8,
  beta2: 0.99,
  /** Far below the mean over ten thousand devices where one pulls a coordinate by 0.1. */
  epsilon: 1e-6,
  /** Norms with `softmax` were 32 in the mean of all rounds and at most 96; they grow with the history. */
  clipNorm: 256,
  /** NDCG@10 is within 0.4 % of that of 8 on MovieLens-100K and Online Retail; with 1 it is 6 % less: Newton on a convex problem. */
  personaliseSteps: 2,
} as const);

/**
 * What gradient descent has otherwise. Figures are HR@10 / NDCG@10 on validation items of MovieLens-100K, one run of one seed:
 * the defaults gave 0.173 / 0.085, Newton's steps 0.181 / 0.093. Two epochs a round gave 0.166 / 0.084, a server learning rate
 * of 0.05 gave 0.156 / 0.081, and a user regularisation of 0.1 gave 0.177 / 0.089 and of 0.3 gave 0.170 / 0.083.
 */
const SGD_DEFAULTS = Object.freeze({
  ...NEWTON_DEFAULTS,
  /** As published (He et al. 2017, arXiv 1708.05031, and the federated systems after it). */
  negatives: 4,
  /** 10 gave 0.131 / 0.065, 20 gave 0.158 / 0.079 and 80 gave 0.161 / 0.080. */
  rounds: 40,
  /** 0.02 gave 0.165 / 0.084 and 0.1 gave 0.173 / 0.084: Adam takes only the direction from the items' differences. */
  learningRate: 0.05,
  /** 0.005 gave 0.156 / 0.078, 0.02 gave 0.165 / 0.084 and 0.1 gave 0.092 / 0.045. */
  itemRegularisation: 0.01,
  /** Norms on MovieLens-1M were 0.7 in the median and at most 11; they grow with the history and the learning rate. */
  clipNorm: 16,
});

const decay = z.number().min(0).lt(1);

/** What both solvers have. */
const commonShape = (defaults: typeof NEWTON_DEFAULTS | typeof SGD_DEFAULTS) => ({
  /** Length of the user and item vectors. */
  dimension: z.int().min(1).max(1024).default(defaults.dimension),
  rounds: z.int().min(1).default(defaults.rounds),
  /** A user vector that is fitted to n items carries n times this / 2 times its squared norm. */
  userRegularisation: z.number().positive().default(defaults.userRegularisation),
  /** Standard deviation of the item vectors before the first round. */
  initialDeviation: z.number().positive().default(defaults.initialDeviation),
  /** Held for the first half of the rounds, then taken down to 0 in a line, so that the model comes to rest. */
  serverLearningRate: z.number().positive().default(defaults.serverLearningRate),
  /** Decay of Adam's first moment on the coordinator, like `beta2` of its second. */
  beta1: decay.default(defaults.beta1),
  beta2: decay.default(defaults.beta2),
  epsilon: z.number().positive().default(defaults.epsilon),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(defaults.clipNorm),
  /** Newton steps that fit a user vector before it recommends. */
  personaliseSteps: z.int().min(1).max(1000).default(defaults.personaliseSteps),
  ...historyWeightOptions(),
});

/** Newton's steps on the user vector, then the gradient of the items at where they led. */
const newtonSchema = z.strictObject({
  solver: z.literal('newton').default('newton'),
  /** Binary cross-entropy of each item, or the softmax over the catalogue, both estimated from the drawn negatives. */
  loss: z.enum(['bce', 'softmax']).default(NEWTON_DEFAULTS.loss),
  /**
   * Drawn a round and device, uniformly from the items that it has not bought; all of those are taken where they are less
   * than twice as many.
   */
  negatives: z.int().min(1).max(100_000).default(NEWTON_DEFAULTS.negatives),
  /** Newton steps on the user vector that a device makes in a round. */
  localSteps: z.int().min(1).max(100).default(NEWTON_DEFAULTS.localSteps),
  /** Each bought item's term carries this / 2 times the squared norm of the item's vector, and the negatives' a share. */
  itemRegularisation: z.number().nonnegative().default(NEWTON_DEFAULTS.itemRegularisation),
  ...commonShape(NEWTON_DEFAULTS),
});

/**
 * Stochastic gradient descent on the binary cross-entropy, one sample at a time, as published federated matrix factorisation
 * trains; what is contributed is how the items moved.
 */
const sgdSchema = z.strictObject({
  solver: z.literal('sgd'),
  /** Drawn for each purchase and epoch, uniformly from the items that the device has not bought, with repetition. */
  negatives: z.int().min(1).max(1000).default(SGD_DEFAULTS.negatives),
  /** Epochs over its purchases that a device makes in a round. */
  localSteps: z.int().min(1).max(100).default(SGD_DEFAULTS.localSteps),
  learningRate: z.number().positive().default(SGD_DEFAULTS.learningRate),
  /** Each sample's term carries this / 2 times the squared norms of the item's vector and of the user's. */
  itemRegularisation: z.number().nonnegative().default(SGD_DEFAULTS.itemRegularisation),
  ...commonShape(SGD_DEFAULTS),
});

export const mfOptionsSchema = z.discriminatedUnion('solver', [newtonSchema, sgdSchema]);

/** With the defaults filled in; a valid input of the schema again. */
export type MfOptions = z.output<typeof mfOptionsSchema>;
export type SgdOptions = z.output<typeof sgdSchema>;
