/** An odd multiplier near 2^32 over the golden ratio: consecutive indices land far apart (Knuth, volume 3, section 6.4). */
const MULTIPLIER = 0x9e3779b1;

/**
 * Which row each item of the catalogue has, from how popular it is. Where all fit, its own. Otherwise the most popular
 * items have the first half of the rows to themselves, and the others are hashed to the second half.
 */
export function assignRows(shares: Float32Array, rows: number): Int32Array {
  if (shares.length <= rows) return Int32Array.from(shares, (_, item) => item);
  const own = rows >>> 1;
  const byPopularity = Int32Array.from(shares, (_, item) => item).sort((a, b) => shares[b]! - shares[a]! || a - b);
  const assigned = new Int32Array(shares.length);
  for (const [rank, item] of byPopularity.entries()) {
    assigned[item] = rank < own ? rank : own + ((Math.imul(item, MULTIPLIER) >>> 0) % (rows - own));
  }
  return assigned;
}

/** Turns histories over items into histories over rows. Its memory outlasts calls, so that a call costs what is in a history. */
export class RowHistories {
  /** By row: where in the history it is, -1 between calls. */
  readonly #places: Int32Array;

  constructor(rows: number) {
    this.#places = new Int32Array(rows).fill(-1);
  }

  /**
   * Writes each row once to `rows`, in the order of the items, and the sum of its items' weights to `weights`, which hold a
   * number an item. `itemWeights` left out: 1 an item. Gives the number of rows.
   */
  write(
    items: Int32Array,
    itemRows: Int32Array,
    itemWeights: Float32Array | undefined,
    rows: Int32Array,
    weights: Float32Array,
  ): number {
    const places = this.#places;
    let count = 0;
    for (let n = 0; n < items.length; n++) {
      const row = itemRows[items[n]!]!;
      const weight = itemWeights === undefined ? 1 : itemWeights[n]!;
      const place = places[row]!;
      if (place >= 0) {
        weights[place]! += weight;
        continue;
      }
      places[row] = count;
      rows[count] = row;
      weights[count] = weight;
      count++;
    }
    for (let n = 0; n < count; n++) places[rows[n]!] = -1;
    return count;
  }
}
