import { type Random, shuffle } from '../../random/random.ts';

/** What a device trains on. */
export interface Draw {
  /** The distinct items that occur: catalogue indices, bought ones first. */
  readonly items: Int32Array;
  /** Positions in `items`: epoch after epoch, each bought item, then its negatives. */
  readonly rows: Int32Array;
}

/**
 * Draws samples for one device after another. Its tables are as long as the catalogue and outlast a draw, so that the
 * cost of a draw follows the history.
 */
export class Sampler {
  readonly #catalogueSize: number;
  readonly #negatives: number;
  /** Per item: its position among the items of the current draw, where `#stamps` says that it occurs in it. */
  readonly #positions: Int32Array;
  /** Per item: the draw it last occurred in, 2n as bought or 2n + 1 as negative in draw n; doubles count far enough. */
  readonly #stamps: Float64Array;
  #draws = 0;

  constructor(catalogueSize: number, negatives: number) {
    this.#catalogueSize = catalogueSize;
    this.#negatives = negatives;
    this.#positions = new Int32Array(catalogueSize);
    this.#stamps = new Float64Array(catalogueSize).fill(-1);
  }

  /**
   * `epochs` times the bought items in random order, each with negatives drawn uniformly from the items that were not
   * bought. Empty if there is nothing to tell apart: no item was bought, or all were.
   */
  draw(bought: Int32Array, epochs: number, random: Random): Draw {
    const count = bought.length;
    if (count === 0 || count === this.#catalogueSize) return { items: new Int32Array(0), rows: new Int32Array(0) };
    const rows = new Int32Array(epochs * count * (1 + this.#negatives));
    const items = new Int32Array(Math.min(this.#catalogueSize, count + epochs * count * this.#negatives));
    const positions = this.#positions;
    const stamps = this.#stamps;
    const boughtStamp = 2 * this.#draws++;
    const order = new Int32Array(count);
    for (let n = 0; n < count; n++) {
      const item = bought[n]!;
      items[n] = item;
      order[n] = n;
      positions[item] = n;
      stamps[item] = boughtStamp;
    }
    let distinct = count;
    let at = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random);
      for (let n = 0; n < count; n++) {
        rows[at++] = order[n]!;
        for (let negative = 0; negative < this.#negatives; negative++) {
          let item = random.below(this.#catalogueSize);
          while (stamps[item] === boughtStamp) item = random.below(this.#catalogueSize);
          if (stamps[item] !== boughtStamp + 1) {
            stamps[item] = boughtStamp + 1;
            positions[item] = distinct;
            items[distinct++] = item;
          }
          rows[at++] = positions[item]!;
        }
      }
    }
    return { items: items.slice(0, distinct), rows };
  }
}
