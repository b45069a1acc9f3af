// In a project of your own: from 'larder/tfjs'.
import { defineTfjsLearner, type Tensor, tfjsModel, type Variables, z } from '../../shared/learners/tfjs/index.ts';

type Name = 'before' | 'weights' | 'next' | 'biases';

/**
 * What is bought next, from the last few purchases in their order: a score is context . next[item] + biases[item], and
 * the context the sum of the last purchases' vectors, each weighted coordinate by coordinate by how long ago it was
 * (a factorised Markov chain of order `last`, in the manner of Rendle et al. 2010, WWW, and He and McAuley 2016, ICDM).
 * Nothing is personal: whoever bought the same in the same order is recommended the same.
 */
export default defineTfjsLearner({
  name: 'sequence',

  options: {
    dimension: z.int().min(1).max(256).default(32),
    /** So many purchases before the next one are looked at. */
    last: z.int().min(1).max(100).default(5),
    /** Weight of the squared norm of the vectors in the loss. */
    regularisation: z.number().nonnegative().default(0.01),
  },

  // It learns in fewer rounds than the default; a second pass would add little to the one gradient of the first.
  training: { rounds: 12, localEpochs: 1, batchSize: 1024 },

  create(tf, { dimension, last, regularisation }, catalogue) {
    /** Index of the item, in each row, that stands for "nothing was bought before": one past the catalogue. */
    const nothing = catalogue.size;
    // Recent purchases count more from the start: 1, 1/2, 1/3…
    const recency = tf.tensor2d(Array.from({ length: last }, (_, ago) => Array<number>(dimension).fill(1 / (ago + 1))));

    /** The last items before each of these positions in the history, newest first. */
    const windows = (items: Int32Array, positions: ArrayLike<number>): Int32Array => {
      const rows = new Int32Array(positions.length * last).fill(nothing);
      for (let r = 0; r < positions.length; r++) {
        const count = Math.min(last, positions[r]!);
        for (let ago = 0; ago < count; ago++) rows[r * last + ago] = items[positions[r]! - 1 - ago]!;
      }
      return rows;
    };

    /** Contexts [n, dimension] of windows [n, last], and the vectors in them. */
    const contexts = (v: Variables<Name>, rows: Int32Array): { sum: Tensor; vectors: Tensor } => {
      const vectors = tf.reshape(tf.gather(v.before, tf.tensor1d(rows, 'int32')), [-1, last, dimension]);
      return { sum: tf.sum(tf.mul(vectors, tf.add(recency, v.weights)), 1), vectors };
    };

    return tfjsModel({
      personal: {},
      global: {
        before: { shape: [catalogue.size + 1, dimension], deviation: 0.1 },
        weights: { shape: [last, dimension] },
        next: { shape: [catalogue.size, dimension], deviation: 0.1 },
        biases: { shape: [catalogue.size] },
      },

      // Cross-entropy of the bought item among itself and the drawn ones.
      loss(v, { items, positions, history }) {
        const [rows, width] = items.shape;
        const flat = tf.reshape(items, [-1]);
        const vectors = tf.reshape(tf.gather(v.next, flat), [rows, width, dimension]);
        const biases = tf.reshape(tf.gather(v.biases, flat), [rows, width]);
        const context = contexts(v, windows(history.items, positions));
        const scores = tf.add(tf.sum(tf.mul(tf.expandDims(context.sum, 1), vectors), 2), biases);
        const bought = tf.reshape(tf.slice(scores, [0, 0], [rows, 1]), [-1]);
        const fit = tf.mean(tf.sub(tf.logSumExp(scores, 1), bought));
        const size = tf.add(tf.mean(tf.square(vectors)), tf.mean(tf.square(context.vectors)));
        return tf.add(fit, tf.mul((regularisation * dimension) / 2, size));
      },

      scores(v, { items }) {
        const { sum } = contexts(v, windows(items, [items.length]));
        return tf.add(tf.reshape(tf.matMul(v.next, sum, false, true), [-1]), v.biases);
      },
    });
  },
});
