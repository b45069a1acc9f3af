import { symmetricEigen } from '../../linear-algebra/symmetric-eigen.ts';
import { innerProduct, multiplyRight, scaleColumns } from '../../linear-algebra/tall.ts';
import { Adjacency, type Edges } from './adjacency.ts';

/** Eigenvalues below this share of the largest are noise, and are left out. */
const RANK_TOLERANCE = 1e-9;

/**
 * L (rows x columns, row-major) with L L^T near the Gram matrix G, from an orthonormal basis Q and its image Y = G Q: the
 * Nystroem approximation Y (Q^T Y)^-1 Y^T (Halko, Martinsson and Tropp 2011, section 5.5). Directions that noise has made negative
 * are left out.
 */
export function nystroem(basis: Float32Array | Float64Array, image: Float64Array, columns: number): Float64Array {
  const { values, vectors } = symmetricEigen(innerProduct(basis, image, columns), columns);
  scaleColumns(vectors, columns, k => (values[k]! > RANK_TOLERANCE * values[0]! ? 1 / Math.sqrt(values[k]!) : 0));
  return multiplyRight(image, vectors, columns);
}

/** F with F F^T = L L^T (L L^T + ridge)^-1: each direction kept as far as it stands out from the ridge. */
export function shrink(low: Float64Array, columns: number, ridge: number): Float64Array {
  const { values, vectors } = symmetricEigen(innerProduct(low, low, columns), columns);
  scaleColumns(vectors, columns, k => 1 / Math.sqrt(Math.max(0, values[k]!) + ridge));
  return multiplyRight(low, vectors, columns);
}

/** What one round counted: for each row some others, -1 for none, and how often both were bought; [rows, columns]. */
export interface CountedPairs {
  readonly others: Float32Array;
  readonly counts: Float32Array;
}

/**
 * What the coordinator knows of how often rows are bought together: their own counts and those of the candidate pairs
 * exactly, all others from a low-rank approximation.
 */
export class PartialGram {
  readonly rows: number;
  readonly columns: number;
  /** [rows] */
  readonly diagonal: Float64Array;
  /** [rows, columns]: the estimate of a pair is the inner product of its rows. */
  readonly low: Float32Array;
  /** The pairs that were counted; of no pair twice. */
  readonly counted: Adjacency;

  /** `low` (rows x columns) approximates the Gram matrix that `scales` were applied to on both sides. */
  constructor(diagonal: Float64Array, low: Float32Array, scales: Float32Array, counted: readonly CountedPairs[]) {
    this.rows = diagonal.length;
    this.columns = low.length / diagonal.length;
    this.diagonal = diagonal;
    this.low = low.map((value, at) => value / scales[Math.floor(at / this.columns)]!);
    this.counted = new Adjacency(this.rows, edgesOf(counted, this.rows));
  }
}

function edgesOf(rounds: readonly CountedPairs[], rows: number): Edges {
  const most = rounds.reduce((sum, { others }) => sum + others.length, 0);
  const edges = { a: new Int32Array(most), b: new Int32Array(most), weights: new Float64Array(most) };
  let count = 0;
  for (const { others, counts } of rounds) {
    const columns = others.length / rows;
    for (let at = 0; at < others.length; at++) {
      if (others[at]! < 0) continue;
      edges.a[count] = Math.floor(at / columns);
      edges.b[count] = others[at]!;
      edges.weights[count] = counts[at]!;
      count++;
    }
  }
  return {
    a: edges.a.subarray(0, count),
    b: edges.b.subarray(0, count),
    weights: edges.weights.subarray(0, count),
  };
}
