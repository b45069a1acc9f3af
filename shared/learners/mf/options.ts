import { z } from 'zod';

/** Each default with its reason; figures are HR@10 on a validation item of MovieLens-100K. */
const DEFAULTS = Object.freeze({
  dimension: 32,
  loss: 'bce',
  negatives: 4,
  rounds: 40,
  localEpochs: 1,
  userLearningRate: 0.05,
  itemLearningRate: 0.05,
  regularisation: 0.01,
  initialDeviation: 0.1,
  serverOptimizer: 'adam',
  serverLearningRate: 0.03,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-4,
  clipNorm: 16,
  personaliseEpochs: 10,
  userStart: 'warm',
} as const);

export const mfOptionsSchema = z.strictObject({
  dimension: z.int().min(1).max(1024).default(DEFAULTS.dimension),
  loss: z.enum(['bce', 'bpr']).default(DEFAULTS.loss),
  negatives: z.int().min(1).max(1000).default(DEFAULTS.negatives),
  rounds: z.int().min(1).default(DEFAULTS.rounds),
  localEpochs: z.int().min(1).max(100).default(DEFAULTS.localEpochs),
  userLearningRate: z.number().positive().default(DEFAULTS.userLearningRate),
  itemLearningRate: z.number().positive().default(DEFAULTS.itemLearningRate),
  regularisation: z.number().nonnegative().default(DEFAULTS.regularisation),
  initialDeviation: z.number().positive().default(DEFAULTS.initialDeviation),
  serverOptimizer: z.enum(['sgd', 'adam']).default(DEFAULTS.serverOptimizer),
  serverLearningRate: z.number().positive().default(DEFAULTS.serverLearningRate),
  momentum: z.number().min(0).lt(1).default(DEFAULTS.momentum),
  beta1: z.number().min(0).lt(1).default(DEFAULTS.beta1),
  beta2: z.number().min(0).lt(1).default(DEFAULTS.beta2),
  epsilon: z.number().positive().default(DEFAULTS.epsilon),
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  personaliseEpochs: z.int().min(0).default(DEFAULTS.personaliseEpochs),
  userStart: z.enum(['warm', 'fresh']).default(DEFAULTS.userStart),
});

export type MfOptions = z.output<typeof mfOptionsSchema>;
