import { threadHeap } from '../../shared/kernels/heap.ts';

/** One list of scores after another, in the memory of the kernels. */
export class ScoreList {
  readonly #heap = threadHeap();
  readonly #scratch = this.#heap.scratch();
  #scores: Float32Array = new Float32Array(0);
  #pointer = 0;

  /** Takes the place of the list before. @returns whether all scores are finite. */
  take(scores: Float32Array): boolean {
    this.#scores = scores;
    this.#pointer = scores.byteOffset;
    if (scores.buffer !== this.#heap.kernels.memory.buffer) {
      this.#pointer = this.#scratch.reserve(scores.byteLength);
      this.#heap.float32(this.#pointer, scores.length).set(scores);
    }
    return this.#heap.kernels.notFinite(this.#pointer, scores.length) === 0;
  }

  /**
   * Writes, ascending, the positions (from 1) that the held-out items take in the list of the whole catalogue by score,
   * without the `trained` items. `trained` and `heldOut` have no item twice and none in common. Of equal scores the
   * held-out item comes last, so that a constant scorer finds nothing.
   */
  rank(trained: Int32Array, heldOut: Int32Array, ranks: Int32Array): void {
    const scores = this.#scores;
    for (let n = 0; n < heldOut.length; n++) {
      const score = scores[heldOut[n]!]!;
      const before = this.#heap.kernels.countAtLeast(this.#pointer, scores.length, score);
      ranks[n] = before - countAtLeast(scores, trained, score) - countAtLeast(scores, heldOut, score);
    }
    // So far: how many other items come before each held-out one. Now they also come after one another.
    ranks.sort();
    for (let n = 0; n < ranks.length; n++) ranks[n]! += n + 1;
  }

  /** Gives the memory back. */
  release(): void {
    this.#scratch.release();
  }
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
