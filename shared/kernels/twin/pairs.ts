import type { TwinMemory } from './memory.ts';

export interface PairKernels {
  /**
   * The pairs of a history as elements of a symmetric matrix, its upper triangle packed row by row (see `packedIndex`). Of
   * int32 items [count], ascending, item n was bought as number positions[n]. For n and m >= n + gap in order, writes where
   * the pair is in the triangle to int32 rows, and closeness[|positions[n] - positions[m]|] to values, both float32.
   */
  writePairs(
    items: number,
    positions: number,
    count: number,
    order: number,
    closeness: number,
    gap: number,
    rows: number,
    values: number,
  ): void;
}

export function pairTwin(memory: TwinMemory): PairKernels {
  return {
    writePairs(items, positions, count, order, closeness, gap, rows, values) {
      const { i32, f32 } = memory;
      for (let n = 0, at = 0; n < count; n++) {
        const a = i32[(items >> 2) + n]!;
        const start = a * order - (a * (a + 1)) / 2;
        for (let m = n + gap; m < count; m++, at++) {
          const distance = Math.abs(i32[(positions >> 2) + n]! - i32[(positions >> 2) + m]!);
          i32[(rows >> 2) + at] = start + i32[(items >> 2) + m]!;
          f32[(values >> 2) + at] = f32[(closeness >> 2) + distance]!;
        }
      }
    },
  };
}
