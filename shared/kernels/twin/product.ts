import type { TwinMemory } from './memory.ts';

/** Products of float64 matrices, in tiles of four rows. */
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
  };
}

function tiled(row: number, k: number, depth: number): number {
  return (row - (row % 4)) * depth + 4 * k + (row % 4);
}
