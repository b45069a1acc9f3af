/**
 * Some rows of one tensor of the flat vector: row `rows[r]` covers the coordinates from
 * `offset + rows[r] * width`, and holds `values[r * width]` to `values[(r + 1) * width - 1]`. No row appears twice.
 */
export interface Rows<Values extends Float32Array | Int32Array> {
  readonly offset: number;
  readonly width: number;
  readonly rows: Int32Array;
  readonly values: Values;
}

/**
 * The vector that a device adds in one round. `length` is what the plan gives; coordinates that no part covers are
 * zero, and parts do not overlap. In this sparse form it stays inside the process: which rows a device touched says
 * what it bought, so the wire carries the dense form only.
 */
export interface Contribution<Values extends Float32Array | Int32Array = Float32Array> {
  readonly length: number;
  readonly parts: readonly Rows<Values>[];
}

/** A contribution on the integer grid of its round (see `privacy/bound.ts`): what is sent, masked and added up. */
export type IntegerContribution = Contribution<Int32Array>;

const WHOLE = Int32Array.of(0);

/** A whole vector as a contribution of one part. */
export function dense<Values extends Float32Array | Int32Array>(values: Values): Contribution<Values> {
  return { length: values.length, parts: [{ offset: 0, width: values.length, rows: WHOLE, values }] };
}

let ones = new Float32Array(0);

/** 1 at each of the coordinates `rows`. Its values are shared and not to be written to. */
export function indicator(rows: Int32Array, length: number): Contribution {
  if (ones.length < rows.length) ones = new Float32Array(2 * rows.length).fill(1);
  return { length, parts: [{ offset: 0, width: 1, rows, values: ones.subarray(0, rows.length) }] };
}

/** The contribution as one vector, zeros filled in: the form that crosses the wire. */
export function toDense({ length, parts }: IntegerContribution): Int32Array {
  const vector = new Int32Array(length);
  for (const { offset, width, rows, values } of parts) {
    for (let r = 0; r < rows.length; r++) {
      vector.set(values.subarray(r * width, (r + 1) * width), offset + rows[r]! * width);
    }
  }
  return vector;
}
