import type { Random } from '../../random/random.ts';

/** The items that a device looks at in a round. */
export interface Draw {
  /** Distinct catalogue indices: those bought, then those drawn. */
  readonly items: Int32Array;
  /** How many of the items not bought each of those drawn stands for: 1 if all were taken. */
  readonly negativeWeight: number;
}

/**
 * Draws negatives for one device after another. Its table is as long as the catalogue and outlasts a draw, so that the
 * cost of a draw follows the history.
 */
export class Sampler {
  readonly #catalogueSize: number;
  readonly #negatives: number;
  /** Per item: the last draw in which it was taken, counted from 1; doubles count far enough. */
  readonly #stamps: Float64Array;
  #draws = 0;

  constructor(catalogueSize: number, negatives: number) {
    this.#catalogueSize = catalogueSize;
    this.#negatives = negatives;
    this.#stamps = new Float64Array(catalogueSize);
  }

  /**
   * The bought items and as many others as the sampler was made for, uniformly and without repetition; all others, where
   * that is less than twice as many. Empty if there is nothing to tell apart: no item was bought, or all were.
   */
  draw(bought: Int32Array, random: Random): Draw {
    const others = this.#catalogueSize - bought.length;
    if (bought.length === 0 || others === 0) return { items: new Int32Array(0), negativeWeight: 1 };
    const stamp = ++this.#draws;
    for (const item of bought) this.#stamps[item] = stamp;
    const count = others < 2 * this.#negatives ? others : this.#negatives;
    const items = new Int32Array(bought.length + count);
    items.set(bought);
    let at = bought.length;
    if (count === others) {
      for (let item = 0; item < this.#catalogueSize; item++) if (this.#stamps[item] !== stamp) items[at++] = item;
    }
    while (at < items.length) {
      const item = random.below(this.#catalogueSize);
      if (this.#stamps[item] === stamp) continue;
      this.#stamps[item] = stamp;
      items[at++] = item;
    }
    return { items, negativeWeight: others / count };
  }
}
