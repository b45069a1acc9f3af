import type { TwinMemory } from './memory.ts';

/** Clipping and adding up. Pointers are byte addresses in the kernels' memory. */
export interface SumKernels {
  /**
   * Adds the squares of float32 values [length] to four float64 partial sums [4]: value k goes to partial k mod 4, but what
   * is left of a length that 4 does not divide, to the first.
   */
  squaredNorm(values: number, length: number, partials: number): void;
  /** totals[rows[r] * width + k] += trunc(scale * values[r * width + k]): int32 rows [count], float32 values, float64 totals. */
  addScaledRows(totals: number, width: number, rows: number, count: number, values: number, scale: number): void;
}

export function sumTwin(memory: TwinMemory): SumKernels {
  return {
    squaredNorm(values, length, partials) {
      const { f32, f64 } = memory;
      const from = values >> 2;
      const to = partials >> 3;
      const blocks = length - (length % 4);
      for (let k = 0; k < length; k++) f64[to + (k < blocks ? k % 4 : 0)]! += f32[from + k]! * f32[from + k]!;
    },

    addScaledRows(totals, width, rows, count, values, scale) {
      const { i32, f32, f64 } = memory;
      let from = values >> 2;
      for (let r = 0; r < count; r++) {
        const to = (totals >> 3) + i32[(rows >> 2) + r]! * width;
        for (let k = 0; k < width; k++) f64[to + k]! += Math.trunc(f32[from++]! * scale);
      }
    },
  };
}
