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

/** A history over rows: each row once, with the sum of its items' weights. */
export interface RowHistory {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

export function rowHistory(items: Int32Array, itemRows: Float32Array, weightOf: (n: number) => number): RowHistory {
  const weights = new Map<number, number>();
  for (let n = 0; n < items.length; n++) {
    const row = itemRows[items[n]!]!;
    weights.set(row, (weights.get(row) ?? 0) + weightOf(n));
  }
  return { rows: Int32Array.from(weights.keys()), weights: Float64Array.from(weights.values()) };
}
