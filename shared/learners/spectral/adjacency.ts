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
    this.offsets = new Int32Array(rows + 1);
    for (const ends of [a, b]) for (let edge = 0; edge < ends.length; edge++) this.offsets[ends[edge]! + 1]!++;
    for (let row = 0; row < rows; row++) this.offsets[row + 1]! += this.offsets[row]!;
    const unsorted = new Filling(this.offsets);
    for (let edge = 0; edge < weights.length; edge++) {
      unsorted.add(a[edge]!, b[edge]!, weights[edge]!);
      unsorted.add(b[edge]!, a[edge]!, weights[edge]!);
    }
    // Rows in turn tell those they are joined to, which so hear of them in order.
    const sorted = new Filling(this.offsets);
    for (let row = 0; row < rows; row++) {
      for (let at = this.offsets[row]!; at < this.offsets[row + 1]!; at++) {
        sorted.add(unsorted.others[at]!, row, unsorted.weights[at]!);
      }
    }
    this.others = sorted.others;
    this.weights = sorted.weights;
  }
}

class Filling {
  readonly others: Int32Array;
  readonly weights: Float64Array;
  readonly #ends: Int32Array;

  constructor(offsets: Int32Array) {
    const length = offsets[offsets.length - 1]!;
    this.others = new Int32Array(length);
    this.weights = new Float64Array(length);
    this.#ends = offsets.slice();
  }

  add(row: number, other: number, weight: number): void {
    const at = this.#ends[row]!++;
    this.others[at] = other;
    this.weights[at] = weight;
  }
}
