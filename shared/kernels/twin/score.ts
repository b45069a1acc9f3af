import type { TwinMemory } from './memory.ts';

const { fround } = Math;

/**
 * Scores are user . x + bias in float32, with x a row of a table of vectors, float32 [rows, stride], where stride is a multiple of
 * 4; `biases` may be 0 for none. Of the products, the k-th is added to the (k mod 4)-th of four sums, s0 to s3, and
 * the score is (s0 + s2) + (s1 + s3) + bias. `scores` has room for a multiple of four: the last score is repeated there.
 */
export interface ScoreKernels {
  /** Of all rows of a table of `count`: float32 user [stride], scores [count]. */
  scoreItems(table: number, stride: number, biases: number, user: number, count: number, scores: number): void;
  /** Of the rows that int32 `rows` [count] names. */
  scoreRows(
    table: number,
    stride: number,
    biases: number,
    rows: number,
    count: number,
    user: number,
    scores: number,
  ): void;
  /**
   * Writes to int32 `best` [k] the indices of the k highest of float32 scores [count], best first; of equals, the lower index
   * first. NaN is no score: such an index is left out. k is at least 1.
   *
   * @returns how many were written: fewer than k, if there are no more.
   */
  topK(scores: number, count: number, k: number, best: number): number;
  /** How many of float32 scores [count] are at least `score`; of NaN and infinite ones, which are counted by `notFinite`, any. */
  countAtLeast(scores: number, count: number, score: number): number;
  /** How many of float32 scores [count] are NaN or infinite. */
  notFinite(scores: number, count: number): number;
}

export function scoreTwin(memory: TwinMemory): ScoreKernels {
  function score(vector: number, stride: number, user: number): number {
    const { f32 } = memory;
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < stride; k++) {
      sums[k & 3] = fround(sums[k & 3]! + fround(f32[(user >> 2) + k]! * f32[(vector >> 2) + k]!));
    }
    return fround(fround(sums[0]! + sums[2]!) + fround(sums[1]! + sums[3]!));
  }

  function scoreAll(
    table: number,
    stride: number,
    biases: number,
    rowAt: (r: number) => number,
    count: number,
    user: number,
    scores: number,
  ): void {
    const { f32 } = memory;
    for (let r = 0; r < count; r++) {
      const row = rowAt(r);
      const dot = score(table + 4 * stride * row, stride, user);
      f32[(scores >> 2) + r] = biases === 0 ? dot : dot + f32[(biases >> 2) + row]!;
    }
    for (let r = count; r % 4 !== 0; r++) f32[(scores >> 2) + r] = f32[(scores >> 2) + count - 1]!;
  }

  return {
    countAtLeast(scores, count, score) {
      const { f32 } = memory;
      let atLeast = 0;
      for (let k = 0; k < count; k++) if (f32[(scores >> 2) + k]! >= score) atLeast++;
      return atLeast;
    },

    notFinite(scores, count) {
      const { f32 } = memory;
      let found = 0;
      for (let k = 0; k < count; k++) if (!Number.isFinite(f32[(scores >> 2) + k]!)) found++;
      return found;
    },

    scoreItems(table, stride, biases, user, count, scores) {
      scoreAll(table, stride, biases, r => r, count, user, scores);
    },

    scoreRows(table, stride, biases, rows, count, user, scores) {
      const { i32 } = memory;
      scoreAll(table, stride, biases, r => i32[(rows >> 2) + r]!, count, user, scores);
    },

    topK(scores, count, k, best) {
      const { f32, i32 } = memory;
      const at = scores >> 2;
      const to = best >> 2;
      let size = 0;
      for (let index = 0; index < count; index++) {
        const score = f32[at + index]!;
        if (Number.isNaN(score) || (size === k && !(score > f32[at + i32[to + k - 1]!]!))) continue;
        if (size < k) size++;
        let place = size - 1;
        for (; place > 0 && score > f32[at + i32[to + place - 1]!]!; place--) i32[to + place] = i32[to + place - 1]!;
        i32[to + place] = index;
      }
      return size;
    },
  };
}
