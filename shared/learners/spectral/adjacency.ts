/** Undirected edges between rows, each with a weight, as columns of one length. */
export interface Edges {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Edges by the rows that they join: row r's are at `offsets[r]` up to, not with, `offsets[r + 1]`, ascending by the
 * other row.
 */
export class Adjacency {
  readonly offsets: Int32Array;
  readonly others: Int32Array;
  readonly weights: Float64Array;

  constructor(rows: number, { a, b, weights }: Edges) {
    const from = concatenate(a, b);
    const to = concatenate(b, a);
    const byOther = countingSort(to, rows).order;
    const sorted = countingSort(
      byOther.map(edge => from[edge]!),
      rows,
    );
    const order = sorted.order.map(place => byOther[place]!);
    this.offsets = sorted.offsets;
    this.others = order.map(edge => to[edge]!);
    this.weights = Float64Array.from(order, edge => weights[edge % weights.length]!);
  }
}

function concatenate(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The places of keys from 0 up to `size` by key, equals in order: those of key k are at offsets[k] to offsets[k + 1]. */
export function countingSort(
  keys: Int32Array,
  size: number,
): { readonly order: Int32Array; readonly offsets: Int32Array } {
  const offsets = new Int32Array(size + 1);
  for (const key of keys) offsets[key + 1]!++;
  for (let key = 0; key < size; key++) offsets[key + 1]! += offsets[key]!;
  const ends = offsets.slice();
  const order = new Int32Array(keys.length);
  for (let place = 0; place < keys.length; place++) order[ends[keys[place]!]!++] = place;
  return { order, offsets };
}
