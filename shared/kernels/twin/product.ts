import type { TwinMemory } from './memory.ts';

/** Rows and columns of a block. */
const BLOCK = 64;

/**
 * Products of matrices. A block of 64 x 64 float64 lies in tiles of four rows: number (r, c) is at
 * (r - r % 4) * 64 + 4 * c + r % 4.
 */
export interface ProductKernels {
  /** Adds sign * left * right^T to a block: to (r, c) sign times the sum over k, in order, of left[r, k] right[c, k]. */
  addProduct(target: number, left: number, right: number, sign: number): void;
  /**
   * Replaces each row x of a block by the solution y of y L^T = x. L [64, 64] is lower triangular, row-major. Column c of y is
   * x minus its products with the columns before, in order, over L[c, c].
   */
  solveRows(block: number, lower: number): void;
  /**
   * vector += the sum over n of weights[n] times row rows[n] of the matrix: int32 rows and float32 weights [count], float32
   * matrix [.., stride] and vector [stride], where stride is a multiple of 4. In float32: rows are taken by fours as
   * vector + ((a + b) + (c + d)), those that are left one by one.
   */
  addWeightedRows(matrix: number, stride: number, rows: number, weights: number, count: number, vector: number): void;
}

export function productTwin(memory: TwinMemory): ProductKernels {
  return {
    addProduct(target, left, right, sign) {
      const { f64 } = memory;
      const [to, a, b] = [target >> 3, left >> 3, right >> 3];
      for (let r = 0; r < BLOCK; r++) {
        for (let c = 0; c < BLOCK; c++) {
          let sum = 0;
          for (let k = 0; k < BLOCK; k++) sum += f64[a + placeOf(r, k)]! * f64[b + placeOf(c, k)]!;
          f64[to + placeOf(r, c)]! += sign * sum;
        }
      }
    },

    solveRows(block, lower) {
      const { f64 } = memory;
      const [x, l] = [block >> 3, lower >> 3];
      for (let r = 0; r < BLOCK; r++) {
        for (let c = 0; c < BLOCK; c++) {
          let rest = f64[x + placeOf(r, c)]!;
          for (let k = 0; k < c; k++) rest -= f64[l + c * BLOCK + k]! * f64[x + placeOf(r, k)]!;
          f64[x + placeOf(r, c)] = rest / f64[l + c * BLOCK + c]!;
        }
      }
    },

    addWeightedRows(matrix, stride, rows, weights, count, vector) {
      const { i32, f32 } = memory;
      const weighted = (n: number, k: number): number => {
        const row = i32[(rows >> 2) + n]!;
        return Math.fround(f32[(weights >> 2) + n]! * f32[(matrix >> 2) + row * stride + k]!);
      };
      const fours = count - (count % 4);
      for (let k = 0; k < stride; k++) {
        let sum = f32[(vector >> 2) + k]!;
        for (let n = 0; n < fours; n += 4) {
          const ab = Math.fround(weighted(n, k) + weighted(n + 1, k));
          const cd = Math.fround(weighted(n + 2, k) + weighted(n + 3, k));
          sum = Math.fround(sum + Math.fround(ab + cd));
        }
        for (let n = fours; n < count; n++) sum = Math.fround(sum + weighted(n, k));
        f32[(vector >> 2) + k] = sum;
      }
    },
  };
}

function placeOf(row: number, column: number): number {
  return (row - (row % 4)) * BLOCK + 4 * column + (row % 4);
}
