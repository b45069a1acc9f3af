import type { Contribution } from '../../aggregation/contribution.ts';
import type { Catalogue } from '../../catalogue.ts';
import { SettingsError } from '../../errors.ts';
import { packedLength, unpack } from '../../linear-algebra/packed.ts';
import { Model, type TensorSpec } from '../../model.ts';
import { power } from '../../power.ts';
import { topK } from '../../top-k.ts';
import { Pairs } from '../ease/pairs.ts';
import { RowScores } from '../ease/row-scores.ts';
import { historyWeights, priorScores } from '../history-weights.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from '../learner.ts';
import { CLIP_NORM, itemsOf, normalised } from './contribute.ts';
import { type GramOptions, gramOptionsSchema } from './options.ts';
import { itemWeights } from './weights.ts';

/** Beyond, the weights would pass 600 MB. */
const MAX_ITEMS = 12_500;

/**
 * Co-purchases under privacy noise, in two rounds: which items are popular, then which pairs of the popular ones are
 * bought together. What the noise leaves of the pairs is cleaned with its known deviation and with what the public
 * catalogue says, and becomes the weights of a linear recommender: see `itemWeights`.
 *
 * Sensitivity: each contribution is scaled to norm 1, the clip norm, whatever was bought. A vector of n items holds
 * n^-1/2 n times; of a symmetric matrix of pairs only the upper triangle is sent, so its norm is that of the triangle, and
 * the diagonal is left out, because the first round has told it.
 */
export const gram: LearnerDefinition<GramOptions> = {
  name: 'gram',
  options: gramOptionsSchema,
  create: (options, catalogue) => new Gram(options, catalogue),
};

class Gram implements Learner {
  readonly name = 'gram';
  readonly personal = [];
  readonly rounds = 2;
  /** Popularity is a few thousand large counts, pairs are half a million small ones. 5 % or 20 % is as good. */
  readonly privacyWeights = [0.1, 0.9];
  readonly #options: GramOptions;
  readonly #catalogue: Catalogue;
  /** How many items have their pairs counted. */
  readonly #order: number;
  readonly #pairs = new Pairs();
  readonly #rows = new RowScores();
  /** How much a pair counts, by distance, before the history is scaled to norm 1. */
  readonly #closeness: Float64Array;
  #places: { readonly of: Model; readonly places: Int32Array } | undefined;

  constructor(options: GramOptions, catalogue: Catalogue) {
    if (catalogue.size > MAX_ITEMS) {
      throw new SettingsError(
        `gram has a weight for each pair of items, too many for ${catalogue.size} items (at most ${MAX_ITEMS}). Use the learner "spectral".`,
      );
    }
    this.#options = options;
    this.#catalogue = catalogue;
    this.#order = Math.min(options.items, catalogue.size);
    this.#closeness = Float64Array.from({ length: this.#order }, (_, distance) =>
      power(1 + distance, -options.proximity),
    );
  }

  init(): LearnerState {
    return { round: 0, model: new Model([]), memory: new Model([]) };
  }

  plan({ round }: LearnerState): RoundPlan | undefined {
    if (round === 0) return { phase: 'items', length: this.#catalogue.size, clipNorm: CLIP_NORM, parameters: {} };
    if (round > 1) return undefined;
    return { phase: 'pairs', length: packedLength(this.#order), clipNorm: CLIP_NORM, parameters: {} };
  }

  contribute({ phase, length }: RoundPlan, model: Model, { history }: DeviceData): Contribution {
    if (phase === 'items') return itemsOf(history.items, length);
    const places = this.#placesIn(model);
    const known = history.items.map(item => places[item]!).filter(place => place >= 0);
    const closeness = normalised(this.#closeness, known.length);
    return { length, parts: [this.#pairs.of(known, this.#order, closeness, 1)] };
  }

  fold({ round, model, memory }: LearnerState, _plan: RoundPlan, release: Release): LearnerState {
    if (round === 0) return { round: 1, model: this.#popularity(release), memory };
    const popularity = model.tensor('item.popularity');
    const next = new Model([...model.specs, { name: 'item.weights', shape: [popularity.length, popularity.length] }]);
    next.tensor('item.popularity').set(popularity);
    const pairs = unpack(release.sum, this.#order);
    for (let place = 0; place < this.#order; place++) pairs[place * this.#order + place] = 0;
    const items = this.#counted(model);
    next.tensor('item.weights').set(itemWeights(this.#catalogue, popularity, items, pairs, release.noiseDeviation));
    return { round: 2, model: next, memory };
  }

  scores(model: Model, { history }: DeviceData): Float32Array {
    const scores = priorScores(model.tensor('item.popularity'), this.#options.popularityPrior, history.items.length);
    if (model.specs.length === 1) return scores;
    this.#rows.addTo(scores, model, 'item.weights', history.items, historyWeights(history, this.#options));
    return scores;
  }

  /** By item: its row among the counted ones, or -1. Kept for the devices of one process, which share a model. */
  #placesIn(model: Model): Int32Array {
    if (this.#places?.of !== model) {
      const places = new Int32Array(this.#catalogue.size).fill(-1);
      for (const [place, item] of this.#counted(model).entries()) places[item] = place;
      this.#places = { of: model, places };
    }
    return this.#places.places;
  }

  /** The items whose pairs are counted, the most popular first. */
  #counted(model: Model): number[] {
    return topK(model.tensor('item.popularity'), this.#order);
  }

  /**
   * A count is not negative, so of a count c with noise of deviation s, (c + sqrt(c^2 + 4 s^2)) / 2 is kept: in the same
   * order, positive, and nearly c where it stands out.
   */
  #popularity({ sum, expectedContributions, noiseDeviation }: Release): Model {
    const specs: TensorSpec[] = [{ name: 'item.popularity', shape: [sum.length] }];
    const counts = sum.map(count => (count + Math.hypot(count, 2 * noiseDeviation)) / 2);
    return new Model(
      specs,
      Float32Array.from(counts, count => count / expectedContributions),
    );
  }
}
