import { ModelFormatError } from '../../errors.ts';
import type { Heap } from '../../kernels/heap.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';

/** A model of spectral in the memory of the kernels; addresses, but for the views, which are void when memory grows. */
export interface ResidentRows {
  readonly rows: number;
  readonly columns: number;
  /** float32 [rows, stride], zeros from `columns` on. */
  readonly factors: number;
  /** int32 [rows, columns], -1 for none; 0 where the model has none. */
  readonly candidates: number;
  /** int32 [items] */
  itemRows(): Int32Array;
  /** float32 [rows] */
  scales(): Float32Array;
}

/** @throws ModelFormatError if the tensors do not fit each other: kernels check no bounds. */
export function residentRows(heap: Heap, model: Model): ResidentRows {
  const scales = model.tensor('row.scales');
  const factors = model.tensor('row.factors');
  const rows = scales.length;
  const columns = factors.length / rows;
  const items = model.tensor('item.rows').length;
  const asked = model.specs.some(({ name }) => name === 'row.candidates');
  const stride = strideOf(columns);
  const tableAt = heap.resident(model, 'spectral', 4 * (rows * (stride + 1 + (asked ? columns : 0)) + items), at => {
    const itemRows = model.tensor('item.rows');
    const candidates = asked ? model.tensor('row.candidates') : new Float32Array(0);
    check(itemRows.every(row => row >= 0 && row < rows) && Number.isInteger(columns));
    check(candidates.every(other => other >= -1 && other < rows) && candidates.length === (asked ? rows * columns : 0));
    const table = heap.float32(at, rows * (stride + 1));
    placeRows(factors, columns, table);
    table.set(scales, rows * stride);
    const numbers = heap.int32(at + 4 * rows * (stride + 1), items + candidates.length);
    numbers.set(itemRows);
    numbers.set(candidates, items);
  });
  const scalesAt = tableAt + 4 * rows * stride;
  const itemRowsAt = scalesAt + 4 * rows;
  return {
    rows,
    columns,
    factors: tableAt,
    candidates: asked ? itemRowsAt + 4 * items : 0,
    itemRows: () => heap.int32(itemRowsAt, items),
    scales: () => heap.float32(scalesAt, rows),
  };
}

function check(fits: boolean): void {
  if (!fits) throw new ModelFormatError('The tensors of the model do not fit each other. Fetch it again.');
}
