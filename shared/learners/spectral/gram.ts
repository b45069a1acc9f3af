import { dot } from '../../linear-algebra/cholesky.ts';
import { symmetricEigen } from '../../linear-algebra/symmetric-eigen.ts';
import { innerProduct, multiplyRight, scaleColumns } from '../../linear-algebra/tall.ts';

/** Eigenvalues below this share of the largest are noise, and are left out. */
const RANK_TOLERANCE = 1e-9;

/**
 * L (rows x columns, row-major) with L L^T near the Gram matrix G, from an orthonormal basis Q and its image Y = G Q: the
 * Nystroem approximation Y (Q^T Y)^-1 Y^T (Halko, Martinsson and Tropp 2011, section 5.5). Directions that noise has made negative
 * are left out.
 */
export function nystroem(basis: Float64Array, image: Float64Array, columns: number): Float64Array {
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

/**
 * What the coordinator knows of how often rows are bought together: their own counts and those of the candidate pairs
 * exactly, all others from a low-rank approximation.
 */
export class PartialGram {
  readonly rows: number;
  readonly #columns: number;
  readonly #diagonal: Float64Array;
  /** Unscaled: the estimate of a pair is the inner product of its rows. */
  readonly #low: Float64Array;
  readonly #pairs: readonly Map<number, number>[];

  /** `low` (rows x columns) approximates the Gram matrix that `scales` were applied to on both sides. */
  constructor(diagonal: Float64Array, low: Float64Array, scales: Float64Array) {
    this.rows = diagonal.length;
    this.#columns = low.length / diagonal.length;
    this.#diagonal = diagonal;
    this.#low = low.map((value, at) => value / scales[Math.floor(at / this.#columns)]!);
    this.#pairs = Array.from(diagonal, () => new Map<number, number>());
  }

  setPair(a: number, b: number, count: number): void {
    this.#pairs[a]!.set(b, count);
    this.#pairs[b]!.set(a, count);
  }

  count(row: number): number {
    return this.#diagonal[row]!;
  }

  /** The rows that a row has a counted pair with, and the counts. */
  partners(row: number): ReadonlyMap<number, number> {
    return this.#pairs[row]!;
  }

  /**
   * The lower triangle of the Gram matrix of some rows (row-major): counts where they are known, else estimates. `places`
   * is scratch, one number a row, all -1 before and after.
   */
  block(selected: readonly number[], places: Int32Array): Float64Array {
    const order = selected.length;
    const columns = this.#columns;
    const matrix = new Float64Array(order * order).fill(Number.NaN);
    const low = new Float64Array(order * columns);
    for (const [n, row] of selected.entries()) {
      places[row] = n;
      low.set(this.#low.subarray(row * columns, (row + 1) * columns), n * columns);
    }
    for (const [n, row] of selected.entries()) {
      for (const [partner, count] of this.#pairs[row]!) {
        const m = places[partner]!;
        if (m >= 0 && m < n) matrix[n * order + m] = count;
      }
      for (let m = 0; m < n; m++) {
        const at = n * order + m;
        if (Number.isNaN(matrix[at])) matrix[at] = dot(low, n * columns, m * columns, columns);
      }
      matrix[n * order + n] = Math.max(0, this.#diagonal[row]!);
    }
    for (const row of selected) places[row] = -1;
    return matrix;
  }

  /** The estimate of each pair of `row` over the geometric mean of the norms of both, from -1 to 1; NaN where one is 0. */
  similarities(row: number, norms: Float64Array, into: Float32Array): void {
    const columns = this.#columns;
    const low = this.#low;
    for (let other = 0; other < this.rows; other++) {
      const norm = norms[row]! * norms[other]!;
      into[other] = norm > 0 ? dot(low, row * columns, other * columns, columns) / norm : Number.NaN;
    }
  }

  /** The root of the estimate of each row with itself. */
  norms(): Float64Array {
    const columns = this.#columns;
    return this.#diagonal.map((_, row) => Math.sqrt(dot(this.#low, row * columns, row * columns, columns)));
  }
}
