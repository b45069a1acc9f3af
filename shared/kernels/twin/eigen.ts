import type { TwinMemory } from './memory.ts';

/** Numbers of a row of a panel, so many as the kernels keep in registers. */
export const PANEL_COLUMNS = 8;

/** The steps of a symmetric eigendecomposition by reflections and rotations, in float64. */
export interface EigenKernels {
  /**
   * One step toward a tridiagonal matrix, on the upper triangle of a symmetric matrix (row-major, order x order) from row
   * and column `from` on: A -= v w^T + w v^T, then y = A x for the new A. Vectors are [order], and all but y as they were.
   *
   * Row by row, element (i, j > i) takes v[i] w[j] + w[i] v[j] off, and adds A[i, j] x[i] to y[j]; then y[i], which rows
   * before have added to, gets A[i, i] x[i] + the row's product with x. Of that, four numbers at a time go to four partial
   * sums, added up as (0 + 2) + (1 + 3), and those that are left to a fifth.
   */
  reflectSymmetric(matrix: number, order: number, from: number, v: number, w: number, x: number, y: number): void;
  /**
   * Multiplies a panel [order, 8] from the left by the reflections I - betas[k] v v^T, those of k = 0 first, where v is row k of a
   * matrix (order x order) from column k + 1 on; a beta of 0 stands for none. Its products p with v, of rows at even distance
   * from k + 1 and of others apart, are added up and taken times beta; then row i loses v[i] p.
   */
  reflectPanel(panel: number, order: number, matrix: number, betas: number): void;
  /** Turns rows first + r and first + r + 1 of a panel [.., 8], for r = 0 first, by rotations [count, 2] of cosine and sine. */
  rotatePanel(panel: number, first: number, rotations: number, count: number): void;
}

export function eigenTwin(memory: TwinMemory): EigenKernels {
  return {
    reflectSymmetric(matrix, order, from, v, w, x, y) {
      const { f64 } = memory;
      const [v0, w0, x0, y0] = [v >> 3, w >> 3, x >> 3, y >> 3];
      f64.fill(0, y0 + from, y0 + order);
      for (let i = from; i < order; i++) {
        const row = (matrix >> 3) + i * order;
        const partials = [0, 0, 0, 0];
        let rest = 0;
        const blocks = i + 1 + ((order - i - 1) & ~3);
        for (let j = i; j < order; j++) {
          const value = f64[row + j]! - (f64[v0 + i]! * f64[w0 + j]! + f64[w0 + i]! * f64[v0 + j]!);
          f64[row + j] = value;
          if (j === i) continue;
          f64[y0 + j]! += value * f64[x0 + i]!;
          if (j < blocks) partials[(j - i - 1) & 3]! += value * f64[x0 + j]!;
          else rest += value * f64[x0 + j]!;
        }
        const product = partials[0]! + partials[2]! + (partials[1]! + partials[3]!) + rest;
        f64[y0 + i]! += f64[row + i]! * f64[x0 + i]! + product;
      }
    },

    reflectPanel(panel, order, matrix, betas) {
      const { f64 } = memory;
      for (let k = 0; k + 2 < order; k++) {
        const beta = f64[(betas >> 3) + k]!;
        if (beta === 0) continue;
        const v = (matrix >> 3) + k * order;
        for (let c = 0; c < PANEL_COLUMNS; c++) {
          const column = (panel >> 3) + c;
          const sums = [0, 0];
          for (let i = k + 1; i < order; i++) sums[(i - k - 1) & 1]! += f64[v + i]! * f64[column + PANEL_COLUMNS * i]!;
          const product = beta * (sums[0]! + sums[1]!);
          for (let i = k + 1; i < order; i++) f64[column + PANEL_COLUMNS * i]! -= f64[v + i]! * product;
        }
      }
    },

    rotatePanel(panel, first, rotations, count) {
      const { f64 } = memory;
      for (let r = 0; r < count; r++) {
        const cosine = f64[(rotations >> 3) + 2 * r]!;
        const sine = f64[(rotations >> 3) + 2 * r + 1]!;
        const upper = (panel >> 3) + PANEL_COLUMNS * (first + r);
        for (let p = upper, q = p + PANEL_COLUMNS; p < upper + PANEL_COLUMNS; p++, q++) {
          const a = f64[p]!;
          const b = f64[q]!;
          f64[p] = cosine * a + sine * b;
          f64[q] = cosine * b - sine * a;
        }
      }
    },
  };
}
