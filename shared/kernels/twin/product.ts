import type { TwinMemory } from './memory.ts';

/** Products of matrices. */
export interface ProductKernels {
  /**
   * target[r, c] += sign * (sum over k, in order, of left[r, k] right[c, k]); `rows`, `columns` and the target's `stride`, in
   * numbers, are multiples of 4. The factors lie in tiles of four rows: number (r, k) of a factor is at
   * (r - r % 4) * depth + 4 * k + r % 4. Up to some 64 columns of depth 64 at a time stay in the L1 cache.
   */
  addProducts(
    target: number,
    stride: number,
    rows: number,
    columns: number,
    left: number,
    right: number,
    depth: number,
    sign: number,
  ): void;
  /**
   * Replaces each row x [depth] of a factor in tiles by the solution y of y L^T = x. L [depth, depth] is lower triangular,
   * row-major; `rows` is a multiple of 8. Column c of y is x minus its products with the columns before, in order, over L[c, c].
   */
  solveTiles(factor: number, rows: number, depth: number, lower: number): void;
  /**
   * vector += the sum over n of weights[n] times row rows[n] of the matrix: int32 rows and float32 weights [count], float32
   * matrix [.., stride] and vector [stride], where stride is a multiple of 4. In float32: rows are taken by fours as
   * vector + ((a + b) + (c + d)), those that are left one by one.
   */
  addWeightedRows(matrix: number, stride: number, rows: number, weights: number, count: number, vector: number): void;
}

export function productTwin(memory: TwinMemory): ProductKernels {
  return {
    addProducts(target, stride, rows, columns, left, right, depth, sign) {
      const { f64 } = memory;
      const [to, a, b] = [target >> 3, left >> 3, right >> 3];
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += f64[a + tiled(r, k, depth)]! * f64[b + tiled(c, k, depth)]!;
          f64[to + r * stride + c]! += sign * sum;
        }
      }
    },

    solveTiles(factor, rows, depth, lower) {
      const { f64 } = memory;
      const [x, l] = [factor >> 3, lower >> 3];
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < depth; c++) {
          let rest = f64[x + tiled(r, c, depth)]!;
          for (let k = 0; k < c; k++) rest -= f64[l + c * depth + k]! * f64[x + tiled(r, k, depth)]!;
          f64[x + tiled(r, c, depth)] = rest / f64[l + c * depth + c]!;
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

function tiled(row: number, k: number, depth: number): number {
  return (row - (row % 4)) * depth + 4 * k + (row % 4);
}
