import * as z from 'zod';

/**
 * Chosen on validation items, the last ones in training, of MovieLens-100K: one set for all data. Around them quality is flat: doubling
 * or halving any one moved HR@10 by less than the spread between seeds, but for those marked "steep".
 */
const DEFAULTS = Object.freeze({
  /** Customary; 474 KB for 3,600 items. */
  dimension: 32,
  /** 0.003 to 0.005 of NDCG@10 better than `bpr` at the same number of rounds. */
  loss: 'bce',
  /** He et al. 2017. 8 gave 2 to 3 % more for twice the time on the device. */
  negatives: 6,
  /** Quality is level from about 30 on. Fewer rounds are cheaper in traffic, and in privacy later. */
  rounds: 40,
  /** 2 gave 1 to 2 % more for twice the time on the device. */
  localEpochs: 1,
  /** One epoch turns a user vector of 20 items about as far as it should; 0.1 and 0.2 gave the same. */
  userLearningRate: 0.05,
  /** Adam undoes its scale: it only sets how far the device's copies move within a round, and the norm that is clipped. */
  itemLearningRate: 0.05,
  /** Steep: at 0.03 learning stalls, at 0.003 it overfits. */
  regularisation: 0.01,
  /** Scores start within about 0.1 of each other, and user vectors have something to learn from in round one. */
  initialDeviation: 0.1,
  /** Items differ a thousandfold in how many devices touch them; Adam gives rare ones a step of the same size. */
  serverOptimizer: 'adam',
  /**
   * The longest contribution seen had norm 4.4 (MovieLens-100K, histories of 19 to 736 items; median 0.6): without noise nothing is
   * clipped. It grows with `itemLearningRate` and `localEpochs`.
   */
  clipNorm: 8,
  /** 10 gave 1 % less, 40 gave 1 % more: what is left is the noise of the drawn negatives. */
  personaliseEpochs: 20,
} as const);

const ADAM = Object.freeze({
  /** Forty rounds of at most 0.1 carry a coordinate as far as trained ones are; 0.03 needs twice the rounds. */
  serverLearningRate: 0.1,
  /** Reddi et al. 2021 (arXiv 2003.00295): a shorter memory than Adam's 0.999, for few rounds. */
  beta1: 0.9,
  beta2: 0.99,
  /** Below the mean contribution to an item that one device in ten thousand touched. */
  epsilon: 1e-6,
});

const SGD = Object.freeze({
  /** The mean over all devices is small, because each touches few items: 30 times it, and tenfold that by momentum. */
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
      const message = `The server optimiser "${options.serverOptimizer}" has no ${key}. Leave it out, or choose the other.`;
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
