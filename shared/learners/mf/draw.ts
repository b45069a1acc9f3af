import type { Random } from '../../random/random.ts';

/** Items that a device trains on, numbered in the order in which they first appear. */
export interface Drawn {
  /** Distinct catalogue indices. */
  readonly items: Int32Array;
  /** Positions in `items`: each positive, then its negatives. */
  readonly rows: Int32Array;
}

/** Draws samples for one device after another; keeps tables as long as the catalogue, so that a draw allocates none. */
export class Sampler {
  readonly #catalogueSize: number;
  readonly #negatives: number;
  /** Per item: its position among the drawn items. Valid where `#stamps` says so. */
  readonly #positions: Int32Array;
  /** Per item: 2n for "bought" and 2n + 1 for "drawn" in draw n. */
  readonly #stamps: Int32Array;
  #draws = 0;

  constructor(catalogueSize: number, negatives: number) {
    this.#catalogueSize = catalogueSize;
    this.#negatives = negatives;
    this.#positions = new Int32Array(catalogueSize);
    this.#stamps = new Int32Array(catalogueSize).fill(-1);
  }

  /**
   * `epochs` times, in a new order each time, every bought item with negatives drawn uniformly from the items that were
   * not bought. Empty if there is nothing to tell apart: no item was bought, or all were.
   */
  draw(bought: Int32Array, epochs: number, random: Random): Drawn {
    const count = bought.length;
    if (count === 0 || count === this.#catalogueSize) return { items: new Int32Array(0), rows: new Int32Array(0) };
    const rows = new Int32Array(epochs * count * (1 + this.#negatives));
    const items = new Int32Array(Math.min(this.#catalogueSize, count + epochs * count * this.#negatives));
    const stamps = this.#stamps;
    const positions = this.#positions;
    const mark = this.#nextMark();
    for (let n = 0; n < count; n++) {
      const item = bought[n]!;
      items[n] = item;
      positions[item] = n;
      stamps[item] = mark;
    }
    let distinct = count;
    let at = 0;
    const order = Int32Array.from({ length: count }, (_, n) => n);
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let last = count; last > 0; last--) {
        const other = random.below(last);
        const positive = order[other]!;
        order[other] = order[last - 1]!;
        order[last - 1] = positive;
        rows[at++] = positive;
        for (let n = 0; n < this.#negatives; n++) {
          let item = random.below(this.#catalogueSize);
          while (stamps[item] === mark) item = random.below(this.#catalogueSize);
          if (stamps[item] !== mark + 1) {
            stamps[item] = mark + 1;
            positions[item] = distinct;
            items[distinct++] = item;
          }
          rows[at++] = positions[item]!;
        }
      }
    }
    return { items: items.subarray(0, distinct), rows };
  }

  #nextMark(): number {
    if (this.#draws === 2 ** 30 - 1) {
      this.#stamps.fill(-1);
      this.#draws = 0;
    }
    return 2 * this.#draws++;
  }
}
