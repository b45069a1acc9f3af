import type { TwinMemory } from './memory.ts';

/** What a device makes of its history's rows of a table of vectors (float32 [rows, stride], stride a multiple of 4). */
export interface ProjectKernels {
  /**
   * dots[r] = x . vector, x being row rows[r] of the table: int32 rows and float64 dots [count], float64 vector [stride].
   * Product k goes to partial sum k mod 4; they are added as (0 + 2) + (1 + 3).
   */
  rowDots(table: number, stride: number, rows: number, count: number, vector: number, dots: number): void;
  /** values[r * width + k] = factors[r] * vector[k]: float64 factors [count] and vector [width], float32 values. */
  outerRows(factors: number, count: number, vector: number, width: number, values: number): void;
  /** The upper triangle of u u^T row by row, its diagonal included: float64 vector [order], float32 [order (order + 1) / 2]. */
  packedSquare(vector: number, order: number, packed: number): void;
  /**
   * sums[columns[at]] += factors[r] * values[at] for the elements of each of the rows [count] of a sparse matrix: those of row k
   * are at offsets[k] to offsets[k + 1]. int32 rows, offsets and columns, float32 factors and values, float64 sums.
   */
  addSparseRows(
    offsets: number,
    columns: number,
    values: number,
    rows: number,
    count: number,
    factors: number,
    sums: number,
  ): void;
  /**
   * Of each of the int32 rows [count], of which none comes twice, the candidates (int32 [all rows, columns], -1: none)
   * that are among the rows too: their coordinates row * columns + column (int32) and the products of both weights
   * (float32 [count], none of them 0). `held` is scratch, float32 zeros before and after, one for each row and one before
   * them; both results have room for count * columns + 1.
   *
   * @returns how many pairs there are.
   */
  heldPairs(
    rows: number,
    count: number,
    weights: number,
    candidates: number,
    columns: number,
    held: number,
    coordinates: number,
    values: number,
  ): number;
}

export function projectTwin(memory: TwinMemory): ProjectKernels {
  return {
    rowDots(table, stride, rows, count, vector, dots) {
      const { i32, f32, f64 } = memory;
      for (let r = 0; r < count; r++) {
        const x = (table >> 2) + i32[(rows >> 2) + r]! * stride;
        const sums = [0, 0, 0, 0] as [number, number, number, number];
        for (let k = 0; k < stride; k++) sums[k & 3]! += f32[x + k]! * f64[(vector >> 3) + k]!;
        f64[(dots >> 3) + r] = sums[0] + sums[2] + (sums[1] + sums[3]);
      }
    },

    outerRows(factors, count, vector, width, values) {
      const { f32, f64 } = memory;
      for (let r = 0, to = values >> 2; r < count; r++) {
        for (let k = 0; k < width; k++) f32[to++] = f64[(factors >> 3) + r]! * f64[(vector >> 3) + k]!;
      }
    },

    packedSquare(vector, order, packed) {
      const { f32, f64 } = memory;
      for (let row = 0, to = packed >> 2; row < order; row++) {
        for (let k = row; k < order; k++) f32[to++] = f64[(vector >> 3) + row]! * f64[(vector >> 3) + k]!;
      }
    },

    addSparseRows(offsets, columns, values, rows, count, factors, sums) {
      const { i32, f32, f64 } = memory;
      for (let r = 0; r < count; r++) {
        const row = (offsets >> 2) + i32[(rows >> 2) + r]!;
        for (let at = i32[row]!; at < i32[row + 1]!; at++) {
          f64[(sums >> 3) + i32[(columns >> 2) + at]!]! += f32[(factors >> 2) + r]! * f32[(values >> 2) + at]!;
        }
      }
    },

    heldPairs(rows, count, weights, candidates, columns, held, coordinates, values) {
      const { i32, f32 } = memory;
      const holds = (held >> 2) + 1;
      for (let r = 0; r < count; r++) f32[holds + i32[(rows >> 2) + r]!] = f32[(weights >> 2) + r]!;
      let found = 0;
      for (let r = 0; r < count; r++) {
        const first = i32[(rows >> 2) + r]! * columns;
        for (let at = first; at < first + columns; at++) {
          const other = f32[holds + i32[(candidates >> 2) + at]!]!;
          if (other === 0) continue;
          i32[(coordinates >> 2) + found] = at;
          f32[(values >> 2) + found] = f32[(weights >> 2) + r]! * other;
          found++;
        }
      }
      for (let r = 0; r < count; r++) f32[holds + i32[(rows >> 2) + r]!] = 0;
      return found;
    },
  };
}
