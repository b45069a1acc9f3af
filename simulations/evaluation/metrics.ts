/**
 * Metrics of one user from the ranks of the items held out from this user. `ranks` holds, ascending, the positions
 * (1 is the top) that these items take in one list; there is at least one.
 */

/** 1 if any of the items is among the first k. */
export function hitRate(ranks: Int32Array, k: number): number {
  return ranks[0]! <= k ? 1 : 0;
}

/** The share found among the first k of as many of the items as fit there (Liang et al. 2018, Mult-VAE). */
export function recall(ranks: Int32Array, k: number): number {
  return ranks.filter(rank => rank <= k).length / Math.min(ranks.length, k);
}

/** Discounted cumulative gain of the first k, discount 1 / log2(rank + 1), over that of the best possible list. */
export function ndcg(ranks: Int32Array, k: number): number {
  let gain = 0;
  for (let n = 0; n < ranks.length && ranks[n]! <= k; n++) gain += 1 / Math.log2(ranks[n]! + 1);
  let ideal = 0;
  for (let rank = 1; rank <= Math.min(ranks.length, k); rank++) ideal += 1 / Math.log2(rank + 1);
  return gain / ideal;
}

/** 1 / rank of the best placed item. */
export function reciprocalRank(ranks: Int32Array): number {
  return 1 / ranks[0]!;
}
