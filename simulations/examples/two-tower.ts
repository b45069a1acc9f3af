// In a project of your own: from 'larder/tfjs'.
import {
  type CatalogueItem,
  defineTfjsLearner,
  type Tensor,
  tfjsModel,
  type Variables,
  z,
} from '../../shared/learners/tfjs/index.ts';

type Item = 'items' | 'words';
type User = 'anyUser' | 'user' | 'taste';

/**
 * Two towers that meet in an inner product (as in Yi et al. 2019, RecSys). The item's: a vector of its own plus the mean
 * of the vectors of the words in its category and title, so that an item that few bought is near what reads like it.
 * The user's: a personal vector plus a map of the mean of what the user bought, so that two purchases are enough to begin.
 */
export default defineTfjsLearner({
  name: 'two-tower',

  options: {
    /** Length of the vectors in which the towers end. */
    dimension: z.int().min(1).max(256).default(32),
    /** Words share so many vectors, by hash; more collide less and make the model larger. */
    buckets: z.int().min(2).max(65_536).default(512),
    /** The first so many words of an item count. */
    words: z.int().min(1).max(64).default(6),
    /** Weight of the squared norm of the vectors in the loss. */
    regularisation: z.number().nonnegative().default(0.01),
  },

  create(tf, { dimension, buckets, words, regularisation }, catalogue) {
    // What depends on the catalogue alone is made once. Bucket 0 stands for no word.
    const features = Int32Array.from(catalogue.items.flatMap(item => bucketsOf(item, words, buckets)));
    const wordsOf = tf.tensor2d(features, [catalogue.size, words]);
    const all = tf.range(0, catalogue.size, 1, 'int32');

    /** The item tower: vectors [n, dimension] of the items with these indices [n]. */
    const itemTower = (v: Variables<Item>, indices: Tensor): Tensor => {
      const numbers = tf.reshape(tf.gather(wordsOf, indices), [-1]);
      const vectors = tf.reshape(tf.gather(v.words, numbers), [-1, words, dimension]);
      return tf.add(tf.gather(v.items, indices), tf.mean(vectors, 1));
    };

    /** The user tower: vectors [n, dimension] from means of bought items' vectors [n, dimension]. */
    const userTower = (v: Variables<User>, means: Tensor): Tensor =>
      tf.add(tf.add(v.anyUser, v.user), tf.add(means, tf.matMul(means, v.taste)));

    return tfjsModel({
      personal: {
        user: { shape: [1, dimension] },
      },
      global: {
        anyUser: { shape: [1, dimension], deviation: 0.1 },
        items: { shape: [catalogue.size, dimension], deviation: 0.1 },
        words: { shape: [buckets, dimension], deviation: 0.1 },
        taste: { shape: [dimension, dimension] },
      },

      loss(v, { items, labels, history }) {
        const [rows, width] = items.shape;
        const vectors = tf.reshape(itemTower(v, tf.reshape(items, [-1])), [rows, width, dimension]);
        const bought = itemTower(v, tf.tensor1d(history.items, 'int32'));
        // A row's own item must not speak for itself: the mean is over the others.
        const own = tf.reshape(tf.slice(vectors, [0, 0, 0], [rows, 1, dimension]), [rows, dimension]);
        const others = tf.div(tf.sub(tf.sum(bought, 0, true), own), Math.max(1, history.items.length - 1));
        const users = tf.expandDims(userTower(v, others), 1);
        const logits = tf.sum(tf.mul(users, vectors), 2);
        const fit = tf.mean(tf.sub(tf.softplus(logits), tf.mul(labels, logits)));
        const size = tf.add(tf.mean(tf.sum(tf.square(vectors), 2)), tf.sum(tf.square(v.user)));
        return tf.add(fit, tf.mul(regularisation / 2, size));
      },

      scores(v, history) {
        const vectors = itemTower(v, all);
        const bought = tf.gather(vectors, tf.tensor1d(history.items, 'int32'));
        const mean = tf.div(tf.sum(bought, 0, true), Math.max(1, history.items.length));
        return tf.reshape(tf.matMul(vectors, userTower(v, mean), false, true), [-1]);
      },
    });
  },
});

/** The numbers of the first words of an item's category and title, filled up with 0. */
function bucketsOf({ category = '', title = '' }: CatalogueItem, words: number, buckets: number): number[] {
  const found = `${category} ${title}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return Array.from({ length: words }, (_, n) => (n < found.length ? 1 + (hash(found[n]!) % (buckets - 1)) : 0));
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) value = Math.imul(value ^ text.charCodeAt(k), 0x01000193);
  return value >>> 0;
}
