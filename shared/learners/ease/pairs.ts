import type { Rows } from '../../aggregation/contribution.ts';
import { threadHeap } from '../../kernels/heap.ts';

/**
 * Writes the pairs of histories where they are added up, in the kernels' memory, each history over the one before. In
 * ascending order: of millions of elements those that lie together are then added to together.
 */
export class Pairs {
  readonly #heap = threadHeap();
  readonly #scratch = this.#heap.scratch();

  /**
   * The upper triangle, packed, of a symmetric matrix whose element for two items of the history (distinct, below `order`) is
   * closeness[how many purchases apart they are]; its diagonal too if `gap` is 0, not if it is 1.
   */
  of(items: Int32Array, order: number, closeness: Float32Array, gap: 0 | 1): Rows<Float32Array> {
    const count = items.length;
    const pairs = gap === 0 ? (count * (count + 1)) / 2 : (count * (count - 1)) / 2;
    const sorted = this.#scratch.reserve(4 * (3 * count + 2 * pairs));
    const positions = sorted + 4 * count;
    const table = positions + 4 * count;
    const rows = table + 4 * count;
    const values = rows + 4 * pairs;
    this.#heap.float32(table, count).set(closeness.subarray(0, count));
    this.#sort(items, sorted, positions);
    this.#heap.kernels.writePairs(sorted, positions, count, order, table, gap, rows, values);
    return {
      offset: 0,
      width: 1,
      rows: this.#heap.int32(rows, pairs),
      values: this.#heap.float32(values, pairs),
    };
  }

  /** Item and position are sorted as one number: catalogues whose pairs are counted are small. */
  #sort(items: Int32Array, sorted: number, positions: number): void {
    const count = items.length;
    const keys = this.#heap.int32(sorted, count);
    const places = this.#heap.int32(positions, count);
    for (let n = 0; n < count; n++) keys[n] = items[n]! * count + n;
    keys.sort();
    for (let n = 0; n < count; n++) {
      places[n] = keys[n]! % count;
      keys[n] = (keys[n]! - places[n]!) / count;
    }
  }
}
