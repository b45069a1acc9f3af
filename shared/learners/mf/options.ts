import * as z from 'zod';

/**
 * One set for all data. Figures are HR@10 / NDCG@10 on validation items, the last three in training, of MovieLens-100K:
 * the defaults give 0.154 / 0.079, and the mean of three seeds spreads by about 0.002.
 */
const DEFAULTS = Object.freeze({
  /** Customary; a model of 3,600 items takes 475 KB. */
  dimension: 32,
  /** `bpr` gave 0.143 / 0.073. */
  loss: 'bce',
  /** 4 gave 0.152 / 0.077 and 8 gave 0.155 / 0.080: the device's time grows with them. */
  negatives: 6,
  /** Quality is level from about 40 on; 30 gave 0.148 / 0.076 with 8 negatives. */
  rounds: 40,
  /** 2 gave the same for 1.5 times the time. */
  localEpochs: 1,
  /** 0.1 and 0.2 gave the same. */
  userLearningRate: 0.05,
  /** Adam undoes its scale: it sets how far a device's copies move within a round, and the norm that is clipped. */
  itemLearningRate: 0.05,
  /** 0.007 and 0.014 gave the same; 0.03 cost a tenth here and a quarter on Online Retail. */
  regularisation: 0.01,
  /** Scores begin within about 0.1 of each other, and user vectors have something to learn from in the first round. */
  initialDeviation: 0.1,
  /** Some items are touched by a thousand times as many devices as others. `sgd` gave 0.149 / 0.078. */
  serverOptimizer: 'adam',
  /**
   * Above every norm seen, so that nothing is clipped where there is no noise: at most 5.8 with histories of up to 736
   * items, in the median 0.4 to 0.6. Norms grow with `itemLearningRate`, `localEpochs` and the root of the history.
   */
  clipNorm: 8,
  /** 10 gave about 0.5 % less and 40 about 1 % more: what is left is the noise of the drawn negatives. */
  personaliseEpochs: 20,
} as const);

const ADAM = Object.freeze({
  /** 0.03 needs twice the rounds; 0.15 gave slightly less. */
  serverLearningRate: 0.1,
  /** As in Reddi et al. 2021 (arXiv 2003.00295): a shorter memory than Adam's usual 0.999, for few rounds. */
  beta1: 0.9,
  beta2: 0.99,
  /** The mean over ten thousand devices where one moved a coordinate by 0.01. 1e-4 cost a tenth on Online Retail. */
  epsilon: 1e-6,
});

const SGD = Object.freeze({
  /** The mean over all devices is small, because each touches few items; momentum takes 30 times it tenfold. */
  serverLearningRate: 30,
  momentum: 0.9,
});

const decay = z.number().min(0).lt(1);

const given = z.strictObject({
  /** Length of the user and item vectors. */
  dimension: z.int().min(1).max(1024).default(DEFAULTS.dimension),
  /** Binary cross-entropy of each item, or of pairs (Bayesian personalised ranking, Rendle et al. 2009). */
  loss: z.enum(['bce', 'bpr']).default(DEFAULTS.loss),
  /** Drawn for each bought item and local epoch, uniformly from the items that the device has not bought. */
  negatives: z.int().min(1).max(1000).default(DEFAULTS.negatives),
  rounds: z.int().min(1).default(DEFAULTS.rounds),
  /** Passes over the history that a device makes in a round. */
  localEpochs: z.int().min(1).max(100).default(DEFAULTS.localEpochs),
  userLearningRate: z.number().positive().default(DEFAULTS.userLearningRate),
  /** Learning rate of the device's own copies of the item vectors and biases. */
  itemLearningRate: z.number().positive().default(DEFAULTS.itemLearningRate),
  /** lambda: each term of the loss carries lambda / 2 times the squared norm of the vectors in it. */
  regularisation: z.number().nonnegative().default(DEFAULTS.regularisation),
  /** Standard deviation of the item vectors before the first round. */
  initialDeviation: z.number().positive().default(DEFAULTS.initialDeviation),
  serverOptimizer: z.enum(['sgd', 'adam']).default(DEFAULTS.serverOptimizer),
  /** Held for the first half of the rounds, then taken down to 0 in a line, so that the model comes to rest. */
  serverLearningRate: z.number().positive().optional(),
  /** Of `sgd` only. */
  momentum: decay.optional(),
  /** Of `adam` only, like `beta2` and `epsilon`. */
  beta1: decay.optional(),
  beta2: decay.optional(),
  epsilon: z.number().positive().optional(),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  /** Passes over the history that fit a user vector before it recommends. */
  personaliseEpochs: z.int().min(1).max(1000).default(DEFAULTS.personaliseEpochs),
});

/** Which options the other optimiser does not have. */
const FOREIGN = { sgd: ['beta1', 'beta2', 'epsilon'], adam: ['momentum'] } as const;

export const mfOptionsSchema = given
  .superRefine((options, context) => {
    for (const key of FOREIGN[options.serverOptimizer]) {
      if (options[key] === undefined) continue;
      const message = `The server optimiser "${options.serverOptimizer}" has no ${key}. Leave it out.`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
    for (const key of ['userLearningRate', 'itemLearningRate'] as const) {
      if (options[key] * options.regularisation < 1) continue;
      const message = `${key} times regularisation is 1 or more, so a step overshoots 0. Lower one of the two.`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  })
  .transform(({ serverLearningRate, momentum, beta1, beta2, epsilon, ...options }) =>
    options.serverOptimizer === 'adam'
      ? {
          ...options,
          serverOptimizer: 'adam' as const,
          serverLearningRate: serverLearningRate ?? ADAM.serverLearningRate,
          beta1: beta1 ?? ADAM.beta1,
          beta2: beta2 ?? ADAM.beta2,
          epsilon: epsilon ?? ADAM.epsilon,
        }
      : {
          ...options,
          serverOptimizer: 'sgd' as const,
          serverLearningRate: serverLearningRate ?? SGD.serverLearningRate,
          momentum: momentum ?? SGD.momentum,
        },
  );

/** With the defaults filled in, those of the chosen server optimiser too; a valid input of the schema again. */
export type MfOptions = z.output<typeof mfOptionsSchema>;
