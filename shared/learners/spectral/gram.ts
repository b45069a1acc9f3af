import { householderEigen } from '../../linear-algebra/householder-eigen.ts';
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
  const { values, vectors } = householderEigen(innerProduct(basis, image, columns), columns);
  scaleColumns(vectors, columns, k => (values[k]! > RANK_TOLERANCE * values[0]! ? 1 / Math.sqrt(values[k]!) : 0));
  return multiplyRight(image, vectors, columns);
}

/** F with F F^T = L L^T (L L^T + ridge)^-1: each direction kept as far as it stands out from the ridge. */
export function shrink(low: Float64Array, columns: number, ridge: number): Float64Array {
  const { values, vectors } = householderEigen(innerProduct(low, low, columns), columns);
  scaleColumns(vectors, columns, k => 1 / Math.sqrt(Math.max(0, values[k]!) + ridge));
  return multiplyRight(low, vectors, columns);
}

/** What rounds counted: for each row some others, -1 for none, and how often both were bought; [rows, width]. */
export interface CountedPairs {
  readonly width: number;
  readonly others: Int32Array;
  readonly counts: Float32Array;
}

/**
 * What the coordinator knows of how often rows are bought together: their own counts and those of the candidate pairs
 * exactly, all others from a low-rank approximation.
 */
export interface PartialGram {
  readonly rows: number;
  readonly columns: number;
  /** [rows] */
  readonly diagonal: Float64Array;
  /** [rows, columns]: the estimate of a pair is the inner product of its rows. */
  readonly low: Float32Array;
  /** Of no pair twice. */
  readonly counted: CountedPairs;
  /** The counted pairs, by either row. */
  readonly partners: Adjacency;
}

/** `low` (rows x columns) approximates the Gram matrix that `scales` were applied to on both sides. */
export function partialGram(
  diagonal: Float64Array,
  low: Float32Array,
  scales: Float32Array,
  counted: CountedPairs,
): PartialGram {
  const rows = diagonal.length;
  const columns = low.length / rows;
  return {
    rows,
    columns,
    diagonal,
    low: low.map((value, at) => value / scales[Math.floor(at / columns)]!),
    counted,
    partners: new Adjacency(rows, edgesOf(counted)),
  };
}

function edgesOf({ width, others, counts }: CountedPairs): Edges {
  const asked = others.map((_, at) => at).filter(at => others[at]! >= 0);
  return {
    a: asked.map(at => Math.floor(at / width)),
    b: asked.map(at => others[at]!),
    weights: new Float64Array(asked.length).map((_, n) => counts[asked[n]!]!),
  };
}
