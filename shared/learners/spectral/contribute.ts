import type { Rows } from '../../aggregation/contribution.ts';
import type { Model } from '../../model.ts';
import { rowHistory } from './rows.ts';

/** a (Q^T a)^T for the scaled history a and the basis Q: one row a row of the history. */
export function projectHistory(model: Model, items: Int32Array): Rows<Float32Array> {
  const basis = model.tensor('row.factors');
  const scales = model.tensor('row.scales');
  const columns = basis.length / scales.length;
  const { rows, weights } = rowHistory(items, model.tensor('item.rows'), () => 1);
  const projection = new Float64Array(columns);
  for (let n = 0; n < rows.length; n++) {
    const scaled = weights[n]! * scales[rows[n]!]!;
    for (let k = 0; k < columns; k++) projection[k]! += scaled * basis[rows[n]! * columns + k]!;
  }
  const values = new Float32Array(rows.length * columns);
  for (let n = 0; n < rows.length; n++) {
    const scaled = weights[n]! * scales[rows[n]!]!;
    for (let k = 0; k < columns; k++) values[n * columns + k] = scaled * projection[k]!;
  }
  return { offset: 0, width: columns, rows, values };
}

/** The candidate pairs of which the history has both rows. */
export function countPairs(model: Model, items: Int32Array): Rows<Float32Array> {
  const candidates = model.tensor('row.candidates');
  const columns = candidates.length / model.tensor('row.scales').length;
  const { rows, weights } = rowHistory(items, model.tensor('item.rows'), () => 1);
  const held = new Map<number, number>();
  for (let n = 0; n < rows.length; n++) held.set(rows[n]!, weights[n]!);
  const coordinates: number[] = [];
  const values: number[] = [];
  for (const [row, weight] of held) {
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      const other = held.get(candidates[at]!);
      if (other === undefined) continue;
      coordinates.push(at);
      values.push(weight * other);
    }
  }
  return { offset: 0, width: 1, rows: Int32Array.from(coordinates), values: Float32Array.from(values) };
}
