import type { TwinMemory } from './memory.ts';

/** Rows whose products are added up in float32 before they go to float64. */
const BLOCK = 64;

/** Sums over some rows of a table of vectors: float32 [rows, stride], where stride is a multiple of 4. */
export interface GramKernels {
  /**
   * matrix += sum over r of weights[r] x x^T, x being row rows[r] of the table: int32 rows and float32 weights [count], float64
   * matrix [stride, stride], of which the lower triangle is written, with whole 4 x 4 blocks on the diagonal. In float32
   * an element of 64 rows is the sum, in their order, of x[i] * (weight * x[j]); the blocks' sums are added up in float64.
   */
  weightedGram(table: number, stride: number, rows: number, count: number, weights: number, matrix: number): void;
  /** vector += sum over r of weights[r] x, in float64 and in the order of the rows; vector [stride]. */
  weightedRowSum(table: number, stride: number, rows: number, count: number, weights: number, vector: number): void;
  /** columns[k * length + r] = element k of row rows[r], and 0 for r from `count` up to `length`: float32 [stride, length]. */
  gatherColumns(table: number, stride: number, rows: number, count: number, columns: number, length: number): void;
  /**
   * Writes what is known of the Gram matrix of some rows in its lower triangle, float64 [count, stride] with a stride of 4 at
   * least: of row rows[n], known[rows[n] * width + k] is its product with row others[rows[n] * width + k] (int32 others and
   * float32 known [all rows, width]; -1: none). places[1 + row] is where `rows` has a row, -1 where it does not, and
   * places[0] is -1 (int32). What is written above the diagonal means nothing.
   */
  placeKnown(
    rows: number,
    count: number,
    others: number,
    known: number,
    width: number,
    places: number,
    matrix: number,
    stride: number,
  ): void;
}

export function gramTwin(memory: TwinMemory): GramKernels {
  return {
    weightedGram(table, stride, rows, count, weights, matrix) {
      const { i32, f32, f64 } = memory;
      for (let start = 0; start < count; start += BLOCK) {
        const end = Math.min(count, start + BLOCK);
        for (let i = 0; i < stride; i++) {
          for (let j = 0; j <= (i | 3); j++) {
            let sum = 0;
            for (let r = start; r < end; r++) {
              const x = (table >> 2) + i32[(rows >> 2) + r]! * stride;
              const weighted = Math.fround(f32[(weights >> 2) + r]! * f32[x + j]!);
              sum = Math.fround(sum + Math.fround(f32[x + i]! * weighted));
            }
            f64[(matrix >> 3) + i * stride + j]! += sum;
          }
        }
      }
    },

    weightedRowSum(table, stride, rows, count, weights, vector) {
      const { i32, f32, f64 } = memory;
      for (let r = 0; r < count; r++) {
        const x = (table >> 2) + i32[(rows >> 2) + r]! * stride;
        for (let k = 0; k < stride; k++) f64[(vector >> 3) + k]! += f32[(weights >> 2) + r]! * f32[x + k]!;
      }
    },

    gatherColumns(table, stride, rows, count, columns, length) {
      const { i32, f32 } = memory;
      for (let r = 0; r < length; r++) {
        for (let k = 0; k < stride; k++) {
          const value = r < count ? f32[(table >> 2) + i32[(rows >> 2) + r]! * stride + k]! : 0;
          f32[(columns >> 2) + k * length + r] = value;
        }
      }
    },

    placeKnown(rows, count, others, known, width, places, matrix, stride) {
      const { i32, f32, f64 } = memory;
      for (let n = 0; n < count; n++) {
        const first = i32[(rows >> 2) + n]! * width;
        for (let at = first; at < first + width; at++) {
          const m = i32[(places >> 2) + 1 + i32[(others >> 2) + at]!]!;
          const to = m < 0 ? stride - 1 : Math.max(n, m) * stride + Math.min(n, m);
          f64[(matrix >> 3) + to] = f32[(known >> 2) + at]!;
        }
      }
    },
  };
}
