import type { Contribution } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { NumericalError, SettingsError } from '../../errors.ts';
import { type Numerics, singleThread } from '../../linear-algebra/numerics.ts';
import { packedLength, unpack, unpackUpper } from '../../linear-algebra/packed.ts';
import { Model, type TensorSpec } from '../../model.ts';
import { power } from '../../power.ts';
import type { Random } from '../../random/random.ts';
import { historyWeights, priorScores } from '../history-weights.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { type EaseOptions, easeOptionsSchema } from './options.ts';
import { Pairs } from './pairs.ts';
import { RowScores } from './row-scores.ts';
import { easeWeights, meanDiagonal, smallestDiagonal } from './solve.ts';
import { togetherSpecs, writeTogether } from './together.ts';
import { truncatedFactors } from './truncate.ts';

/** Beyond, a device's contribution would pass 300 MB and the coordinator's matrices 4 GB. */
const MAX_ITEMS = 12_500;

/** 4^30 times the ridge dwarfs any noise that doubles can hold beside it. */
const MAX_ATTEMPTS = 30;

/**
 * EASE in one round: the co-purchase counts are a sum over devices, so the coordinator solves for the same weights as if
 * all histories were in one place.
 *
 * A contribution is the upper triangle of x x^T of the device's history x, each pair times (1 + distance)^-proximity.
 * Its L2 norm is at most that of the triangle of n^2 ones, sqrt(n (n + 1) / 2), and it is clipped as a whole. The factor
 * is a convex, falling function of the distance, so a positive definite kernel (Polya's criterion), and so the sum is
 * still a Gram matrix (Schur's product theorem).
 */
export const ease: LearnerDefinition<EaseOptions> = {
  name: 'ease',
  options: easeOptionsSchema,
  underNoise: { clipNorm: 1 },
  create: (options, catalogue, numerics) => new Ease(options, catalogue, numerics),
};

class Ease implements Learner {
  readonly name = 'ease';
  readonly personal = [];
  readonly rounds = 1;
  readonly #options: EaseOptions;
  readonly #items: number;
  readonly #rank: number | undefined;
  readonly #numerics: Numerics;
  readonly #pairs = new Pairs();
  readonly #rows = new RowScores();
  /** By distance. */
  readonly #closeness: Float32Array;

  constructor(options: EaseOptions, { size }: Catalogue, numerics: Numerics = singleThread) {
    if (size > MAX_ITEMS) {
      throw new SettingsError(
        `ease adds up pairs of items, too many for ${size} items (at most ${MAX_ITEMS}). Use the learner "spectral".`,
      );
    }
    this.#options = options;
    this.#items = size;
    this.#rank = options.rank && Math.min(options.rank, size);
    this.#numerics = numerics;
    this.#closeness = Float32Array.from({ length: size }, (_, distance) => power(1 + distance, -options.proximity));
  }

  /** Devices need no model to count their pairs; the first vectors of a truncation are the only thing that is drawn. */
  init(random: Random): LearnerState {
    const start = this.#rank === undefined ? [] : [{ name: 'start', shape: [this.#items, this.#rank] }];
    const memory = new Model(start);
    for (let k = 0; k < memory.length; k++) memory.values[k] = random.normal();
    return { round: 0, model: new Model([]), memory };
  }

  plan({ round }: LearnerState): RoundPlan | undefined {
    if (round > 0) return undefined;
    const { clipNorm } = this.#options;
    return { phase: 'pairs', length: packedLength(this.#items), clipNorm, parameters: {} };
  }

  contribute({ length }: RoundPlan, _model: Model, { history: { items } }: DeviceData): Contribution {
    return { length, parts: [this.#pairs.of(items, this.#items, this.#closeness, 0)] };
  }

  fold({ round, memory }: LearnerState, _plan: RoundPlan, { sum, expectedContributions }: Release): LearnerState {
    const items = this.#items;
    const { lambda, together } = this.#options;
    const gram = unpack(sum, items, this.#numerics.doubles(items * items));
    const model = new Model(this.#specs());
    const shares = model.tensor('item.shares');
    for (let item = 0; item < items; item++) shares[item] = gram[item * items + item]! / expectedContributions;
    writeTogether(model, gram, items, together);
    // Where nobody bought anything, every ridge gives weights of 0.
    const mean = meanDiagonal(gram, items);
    const ridge = lambda ?? (mean > 0 ? mean : 1);
    if (this.#rank === undefined) {
      this.#solve(sum, gram, ridge, model.tensor('item.weights'));
    } else {
      const start = Float64Array.from(memory.tensor('start'));
      model.tensor('item.factors').set(truncatedFactors(gram, items, ridge, start, this.#rank));
    }
    return { round: round + 1, model, memory: new Model([]) };
  }

  scores(model: Model, { history }: DeviceData): Float32Array {
    const weights = historyWeights(history, this.#options);
    const scores = priorScores(model.tensor('item.shares'), this.#options.popularityPrior, history.items.length);
    if (this.#rank === undefined) this.#rows.addTo(scores, model, 'item.weights', history.items, weights);
    else addProjection(model.tensor('item.factors'), this.#rank, history.items, weights, scores);
    return scores;
  }

  /**
   * EASE's weights from the Gram matrix, which is overwritten, or again from its packed sum: noise can leave it indefinite,
   * and as the sum is paid for, the ridge then grows until it is not.
   */
  #solve(sum: Float64Array, gram: Float64Array, ridge: number, weights: Float32Array): void {
    const lowest = smallestDiagonal(gram, this.#items);
    let added = ridge;
    let attempt = 0;
    // Without a positive diagonal there is nothing to try.
    for (; lowest + added <= 0 && attempt < MAX_ATTEMPTS; attempt++) added *= 4;
    for (; ; attempt++, added *= 4) {
      try {
        easeWeights(gram, this.#items, added, weights, this.#numerics);
        return;
      } catch (error) {
        if (!(error instanceof NumericalError) || attempt === MAX_ATTEMPTS) throw error;
        unpackUpper(sum, this.#items, gram);
      }
    }
  }

  #specs(): readonly TensorSpec[] {
    const items = this.#items;
    const rank = this.#rank;
    return [
      { name: 'item.shares', shape: [items] },
      rank === undefined
        ? { name: 'item.weights', shape: [items, items] }
        : { name: 'item.factors', shape: [items, rank] },
      ...togetherSpecs(items, this.#options.together),
    ];
  }
}

/** scores += (x F) F^T, where x holds the weights of the history's items. */
function addProjection(
  factors: Float32Array,
  rank: number,
  items: Int32Array,
  weights: Float32Array,
  scores: Float32Array,
): void {
  const vector = new Float64Array(rank);
  for (let n = 0; n < items.length; n++) {
    const base = items[n]! * rank;
    for (let k = 0; k < rank; k++) vector[k]! += weights[n]! * factors[base + k]!;
  }
  for (let item = 0; item < scores.length; item++) {
    const base = item * rank;
    let score = 0;
    for (let k = 0; k < rank; k++) score += vector[k]! * factors[base + k]!;
    scores[item]! += score;
  }
}
