import { threadHeap } from '../../kernels/heap.ts';
import type { Model } from '../../model.ts';

/** Scores by an item-item matrix, which is kept in the kernels' memory as long as its model is in use. */
export class RowScores {
  readonly #heap = threadHeap();
  readonly #scratch = this.#heap.scratch();

  /** Adds to `scores` (items long) the rows of a tensor (items x items) of some items, each times its weight. */
  addTo(scores: Float32Array, model: Model, tensor: string, items: Int32Array, weights: Float32Array): void {
    const heap = this.#heap;
    const width = scores.length;
    const stride = (width + 3) & ~3;
    const count = items.length;
    const matrix = heap.resident(model, tensor, 4 * width * stride, pointer => {
      const table = heap.float32(pointer, width * stride);
      const values = model.tensor(tensor);
      for (let row = 0; row < width; row++) {
        table.set(values.subarray(row * width, (row + 1) * width), row * stride);
        table.fill(0, row * stride + width, (row + 1) * stride);
      }
    });
    const rows = this.#scratch.reserve(4 * (2 * count + stride));
    const sums = rows + 8 * count;
    heap.int32(rows, count).set(items);
    heap.float32(rows + 4 * count, count).set(weights);
    heap.float32(sums, width).set(scores);
    heap.kernels.addWeightedRows(matrix, stride, rows, rows + 4 * count, count, sums);
    scores.set(heap.float32(sums, width));
  }
}
