import type { TwinMemory } from './memory.ts';
import { below } from './random.ts';

/** Drawing items that were not bought. */
export interface SampleKernels {
  /**
   * Fills int32 `items` [count], whose first `bought` are there, with distinct others of a catalogue of `size`: drawn uniformly,
   * by the generator whose state is at `state`, or all of them in order where count is size. `marks` is a byte an item, 0
   * before and after, so that the cost follows `count`.
   */
  drawNegatives(marks: number, size: number, items: number, bought: number, count: number, state: number): void;
}

export function sampleTwin(memory: TwinMemory): SampleKernels {
  return {
    drawNegatives(marks, size, items, bought, count, state) {
      const drawn = memory.i32.subarray(items >> 2, (items >> 2) + count);
      const marked = new Uint8Array(memory.buffer, marks, size);
      for (const item of drawn.subarray(0, bought)) marked[item] = 1;
      for (let at = bought, next = 0; at < count; ) {
        const item = count === size ? next++ : below(memory, state, size);
        if (marked[item] === 1) continue;
        marked[item] = 1;
        drawn[at++] = item;
      }
      for (const item of drawn) marked[item] = 0;
    },
  };
}
