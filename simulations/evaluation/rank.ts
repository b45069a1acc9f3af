/**
 * Where held-out items come in a list that is sorted by score. Positions count from 1. Ties count against the held-out
 * item: a constant scorer finds nothing. Ranks are counted, nothing is sorted but the held-out items themselves.
 */

/**
 * Writes, ascending, the positions that the held-out items take in one list of the whole catalogue without the
 * `trained` items. `trained` and `heldOut` are distinct and have no item in common.
 */
export function rankInCatalogue(
  scores: Float32Array,
  trained: Int32Array,
  heldOut: Int32Array,
  ranks: Int32Array,
): void {
  for (let n = 0; n < heldOut.length; n++) {
    const score = scores[heldOut[n]!]!;
    let before = 0;
    for (let item = 0; item < scores.length; item++) if (scores[item]! >= score) before++;
    ranks[n] = before - countAtLeast(scores, trained, score) - countAtLeast(scores, heldOut, score);
  }
  // So far: how many other items come before each held-out one. Now they also come after one another.
  ranks.sort();
  for (let n = 0; n < ranks.length; n++) ranks[n]! += n + 1;
}

/** The position of one item among itself and these others. */
export function rankAmong(scores: Float32Array, item: number, others: Int32Array): number {
  return countAtLeast(scores, others, scores[item]!) + 1;
}

function countAtLeast(scores: Float32Array, items: Int32Array, score: number): number {
  let count = 0;
  for (let n = 0; n < items.length; n++) if (scores[items[n]!]! >= score) count++;
  return count;
}
