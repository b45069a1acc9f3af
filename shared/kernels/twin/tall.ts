import type { TwinMemory } from './memory.ts';

/** Rows whose products are added up before they go to the result: they stay in the cache meanwhile. */
const BLOCK = 64;

/** Products of tall float64 matrices [rows, columns] with few columns, a multiple of 4. */
export interface TallKernels {
  /** product [columns, columns] += A^T B; 64 rows at a time are summed in their order, then added. */
  tallInnerProduct(a: number, b: number, rows: number, columns: number, product: number): void;
  /** product [rows, columns] = A R of a matrix R [columns, columns]; sums run over the rows of R in their order. */
  tallTimesSquare(a: number, square: number, rows: number, columns: number, product: number): void;
}

export function tallTwin(memory: TwinMemory): TallKernels {
  return {
    tallInnerProduct(a, b, rows, columns, product) {
      const { f64 } = memory;
      for (let start = 0; start < rows; start += BLOCK) {
        const end = Math.min(rows, start + BLOCK);
        for (let i = 0; i < columns; i++) {
          for (let j = 0; j < columns; j++) {
            let sum = 0;
            for (let r = start; r < end; r++) {
              sum += f64[(a >> 3) + r * columns + i]! * f64[(b >> 3) + r * columns + j]!;
            }
            f64[(product >> 3) + i * columns + j]! += sum;
          }
        }
      }
    },

    tallTimesSquare(a, square, rows, columns, product) {
      const { f64 } = memory;
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          for (let i = 0; i < columns; i++) {
            sum += f64[(a >> 3) + r * columns + i]! * f64[(square >> 3) + i * columns + j]!;
          }
          f64[(product >> 3) + r * columns + j] = sum;
        }
      }
    },
  };
}
