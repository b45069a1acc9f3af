/**
 * Writes, ascending, the positions (from 1) that the held-out items take in one list by score of the whole catalogue
 * without the `trained` items. `trained` and `heldOut` have no item twice and none in common. Of equal scores the
 * held-out item comes last, so that a constant scorer finds nothing.
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

/** The position (from 1) of one item among itself and these others; last of equal scores. */
export function rankAmong(scores: Float32Array, item: number, others: Int32Array): number {
  return countAtLeast(scores, others, scores[item]!) + 1;
}

function countAtLeast(scores: Float32Array, items: Int32Array, score: number): number {
  let count = 0;
  for (let n = 0; n < items.length; n++) if (scores[items[n]!]! >= score) count++;
  return count;
}
