import { bcePass, bprPass } from '../../shared/kernels/mf.ts';
import { scoresOf } from '../../shared/learners/mf/mf.ts';
import type { MfOptions } from '../../shared/learners/mf/options.ts';
import { type Random, shuffle } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

/**
 * Chosen, like the federated learner's defaults, on validation items of MovieLens-100K, where quality is level from 20
 * epochs on, and 0.1, 80 epochs or a constant rate give no more.
 */
const SCHEDULE = Object.freeze({ epochs: 30, learningRate: 0.05 });

/**
 * Matrix factorisation as one trains it with all purchases in one place: SGD over the (user, item) pairs in random
 * order, fresh negatives for each, the learning rate falling linearly to 0. Dimension, loss, negatives, regularisation
 * and initial values are those of the federated learner; its other options have no counterpart here.
 */
export function trainPooledMf(options: MfOptions, train: Population, itemCount: number, seed: number): Scorer {
  const { dimension, loss, negatives, regularisation, initialDeviation } = options;
  const random = seededRandom(seed, 'pooled', 'mf');
  const vectors = normals(itemCount * dimension, initialDeviation, random);
  const biases = new Float32Array(itemCount);
  const factors = Array.from({ length: train.size }, () => ({
    user: normals(dimension, initialDeviation, random),
    vectors,
    biases,
  }));
  const pass = loss === 'bce' ? bcePass : bprPass;
  const pairs = new Pairs(train);
  const samples = { rows: new Int32Array(1 + negatives), negatives };
  for (let epoch = 0; epoch < SCHEDULE.epochs; epoch++) {
    const learningRate = SCHEDULE.learningRate * (1 - epoch / SCHEDULE.epochs);
    const steps = { user: learningRate, items: learningRate, regularisation };
    shuffle(pairs.order, random);
    for (const pair of pairs.order) {
      const user = pairs.users[pair]!;
      const bought = pairs.bought[user]!;
      if (bought.size === itemCount) continue;
      samples.rows[0] = pairs.items[pair]!;
      for (let n = 1; n <= negatives; n++) samples.rows[n] = drawNegative(bought, itemCount, random);
      pass(samples, factors[user]!, steps);
    }
  }
  return user => scoresOf(factors[user]!.user, vectors, biases);
}

/** Every (user, item) pair as columns. */
class Pairs {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** What each user bought. */
  readonly bought: readonly ReadonlySet<number>[];
  /** The pairs' numbers, to be shuffled. */
  readonly order: Int32Array;

  constructor(train: Population) {
    this.users = new Int32Array(train.pairs);
    this.items = new Int32Array(train.pairs);
    this.order = Int32Array.from({ length: train.pairs }, (_, pair) => pair);
    this.bought = Array.from({ length: train.size }, (_, user) => new Set(train.items(user)));
    for (let user = 0, at = 0; user < train.size; user++) {
      const items = train.items(user);
      this.items.set(items, at);
      this.users.fill(user, at, at + items.length);
      at += items.length;
    }
  }
}

function drawNegative(bought: ReadonlySet<number>, itemCount: number, random: Random): number {
  let item = random.below(itemCount);
  while (bought.has(item)) item = random.below(itemCount);
  return item;
}

function normals(count: number, standardDeviation: number, random: Random): Float32Array {
  const values = new Float32Array(count);
  for (let k = 0; k < count; k++) values[k] = standardDeviation * random.normal();
  return values;
}
