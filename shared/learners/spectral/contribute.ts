import type { Rows } from '../../aggregation/contribution.ts';
import type { Heap, Scratch } from '../../kernels/heap.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';
import { type RowShape, residentRows } from './resident.ts';
import { RowHistories } from './rows.ts';

/** The device's half of a round. What it returns are views of the kernels' memory that its next call overwrites. */
export class Contributor {
  readonly #shape: RowShape;
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  readonly #histories: RowHistories;
  /** float32 zeros, one before the first row's and one for each row. */
  readonly #held: number;

  constructor(shape: RowShape, heap: Heap) {
    const { rows } = shape;
    this.#shape = shape;
    this.#heap = heap;
    this.#scratch = heap.scratch();
    this.#histories = new RowHistories(rows);
    this.#held = heap.kernels.allocate(4 * (rows + 1));
    heap.float32(this.#held, rows + 1).fill(0);
  }

  /** a (Q^T a)^T for the scaled history a and the basis Q: one row a row of the history. */
  project(model: Model, items: Int32Array): Rows<Float32Array> {
    const heap = this.#heap;
    const { items: size, rows: all, columns } = this.#shape;
    const resident = residentRows(heap, model, this.#shape);
    const stride = strideOf(columns);
    const most = items.length;
    const factorsAt = this.#scratch.reserve(8 * (most + stride) + 4 * most * (2 + columns));
    const projection = factorsAt + 8 * most;
    const rowsAt = projection + 8 * stride;
    const weightsAt = rowsAt + 4 * most;
    const values = weightsAt + 4 * most;
    const [rows, weights] = [heap.int32(rowsAt, most), heap.float32(weightsAt, most)];
    const count = this.#histories.write(items, heap.int32(resident.itemRows, size), undefined, rows, weights);
    const scales = heap.float32(resident.scales, all);
    for (let n = 0; n < count; n++) weights[n]! *= scales[rows[n]!]!;
    heap.float64(factorsAt, most).set(weights);
    heap.float64(projection, stride).fill(0);
    heap.kernels.weightedRowSum(resident.factors, stride, rowsAt, count, weightsAt, projection);
    heap.kernels.outerRows(factorsAt, count, projection, columns, values);
    return { offset: 0, width: columns, rows: rows.subarray(0, count), values: heap.float32(values, count * columns) };
  }

  /** The candidate pairs of which the history has both rows. */
  countPairs(model: Model, items: Int32Array): Rows<Float32Array> {
    const heap = this.#heap;
    const { items: size, columns } = this.#shape;
    const { candidates, itemRows } = residentRows(heap, model, this.#shape);
    const most = items.length;
    const room = most * columns + 1;
    const rowsAt = this.#scratch.reserve(8 * (most + room));
    const weightsAt = rowsAt + 4 * most;
    const coordinates = weightsAt + 4 * most;
    const values = coordinates + 4 * room;
    const [rows, weights] = [heap.int32(rowsAt, most), heap.float32(weightsAt, most)];
    const count = this.#histories.write(items, heap.int32(itemRows, size), undefined, rows, weights);
    const { kernels } = heap;
    const found = kernels.heldPairs(rowsAt, count, weightsAt, candidates, columns, this.#held, coordinates, values);
    return { offset: 0, width: 1, rows: heap.int32(coordinates, found), values: heap.float32(values, found) };
  }
}
