// In a project of your own: from 'larder/tfjs'.
import { defineTfjsLearner, type Tensor, tfjsModel, type Variables, z } from '../../shared/learners/tfjs/index.ts';

type Name = 'user' | 'anyUser' | 'items' | 'userLayer' | 'itemLayer' | 'hiddenBias' | 'output' | 'weights';

/**
 * Neural matrix factorisation (He et al. 2017, arXiv 1708.05031, section 3.4): an item's score is a weighted inner
 * product of a user's and an item's vector, plus what a small network makes of another such pair. The user's vectors
 * are personal: they stay on the device. All else is trained by all devices together.
 */
export default defineTfjsLearner({
  name: 'neumf',

  // For --set dimension=16. The options of training (rounds, negatives, learning rates…) come on top of these.
  options: {
    /** Length of each of the two vectors of a user and of an item. */
    dimension: z.int().min(1).max(256).default(16),
    /** Width of the network's hidden layer. */
    hidden: z.int().min(1).max(256).default(16),
    /** Weight of the mean squared entry of the vectors in the loss. */
    regularisation: z.number().nonnegative().default(0.01),
  },

  create(tf, { dimension, hidden, regularisation }, catalogue) {
    const width = 2 * dimension;

    /** The scores [n] of the items whose vectors are the rows of `items` [n, width]. */
    const score = (v: Variables<Name>, items: Tensor): Tensor => {
      const user = tf.add(v.anyUser, v.user);
      const [userFactors, userInput] = tf.split(user, 2, 1) as [Tensor, Tensor];
      const [itemFactors, itemInput] = tf.split(items, 2, 1) as [Tensor, Tensor];
      const factorisation = tf.matMul(itemFactors, tf.mul(userFactors, tf.add(1, v.weights)), false, true);
      const layer = tf.add(tf.add(tf.matMul(itemInput, v.itemLayer), tf.matMul(userInput, v.userLayer)), v.hiddenBias);
      return tf.reshape(tf.add(factorisation, tf.matMul(tf.relu(layer), v.output)), [-1]);
    };

    return tfjsModel({
      personal: {
        user: { shape: [1, width] },
      },
      global: {
        // Personal variables begin with zeros. Added to each user's vector, it is also what all users have in common.
        anyUser: { shape: [1, width], deviation: 0.1 },
        items: { shape: [catalogue.size, width], deviation: 0.1 },
        weights: { shape: [1, dimension] },
        userLayer: { shape: [dimension, hidden], deviation: Math.sqrt(2 / dimension) },
        itemLayer: { shape: [dimension, hidden], deviation: Math.sqrt(2 / dimension) },
        hiddenBias: { shape: [1, hidden] },
        output: { shape: [hidden, 1], deviation: Math.sqrt(1 / hidden) },
      },

      // Binary cross-entropy of bought (label 1) and drawn items (label 0).
      loss(v, { items, labels }) {
        const rows = tf.gather(v.items, tf.reshape(items, [-1]));
        const logits = score(v, rows);
        const fit = tf.mean(tf.sub(tf.softplus(logits), tf.mul(tf.reshape(labels, [-1]), logits)));
        const size = tf.add(tf.mean(tf.sum(tf.square(rows), 1)), tf.sum(tf.square(v.user)));
        return tf.add(fit, tf.mul(regularisation / 2, size));
      },

      scores(v) {
        return score(v, v.items);
      },
    });
  },
});
