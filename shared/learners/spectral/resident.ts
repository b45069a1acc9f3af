import { ModelFormatError } from '../../errors.ts';
import type { Heap } from '../../kernels/heap.ts';
import { placeRows, strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';

export interface RowShape {
  readonly items: number;
  readonly rows: number;
  readonly columns: number;
}

/** Where a model of spectral is in the memory of the kernels. */
export interface ResidentRows {
  /** float32 [rows, stride], zeros from `columns` on. */
  readonly factors: number;
  /** float32 [rows] */
  readonly scales: number;
  /** int32 [items] */
  readonly itemRows: number;
  /** int32 [rows, columns], -1 for none; not to be read where the model has none. */
  readonly candidates: number;
}

/** @throws ModelFormatError if the model has another shape: kernels check no bounds. */
export function residentRows(heap: Heap, model: Model, { items, rows, columns }: RowShape): ResidentRows {
  const asked = model.specs.some(({ name }) => name === 'row.candidates');
  const stride = strideOf(columns);
  const table = heap.resident(model, 'spectral', 4 * (rows * (stride + 1 + (asked ? columns : 0)) + items), at => {
    const itemRows = model.tensor('item.rows');
    const factors = model.tensor('row.factors');
    const scales = model.tensor('row.scales');
    const candidates = asked ? model.tensor('row.candidates') : new Float32Array(0);
    const lengths = itemRows.length === items && scales.length === rows && factors.length === rows * columns;
    const within = itemRows.every(row => row >= 0 && row < rows) && candidates.every(row => row >= -1 && row < rows);
    if (!lengths || !within || (asked && candidates.length !== rows * columns)) {
      throw new ModelFormatError(`The model is not of ${items} items in ${rows} x ${columns} numbers. Fetch it again.`);
    }
    const floats = heap.float32(at, rows * (stride + 1));
    placeRows(factors, columns, floats);
    floats.set(scales, rows * stride);
    const integers = heap.int32(at + 4 * rows * (stride + 1), items + candidates.length);
    integers.set(itemRows);
    integers.set(candidates, items);
  });
  const scales = table + 4 * rows * stride;
  const itemRows = scales + 4 * rows;
  const candidates = itemRows + 4 * items;
  return { factors: table, scales, itemRows, candidates };
}
