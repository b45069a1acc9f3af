import { NumericalError } from '../errors.ts';
import type { Eigen } from './symmetric-eigen.ts';

/** Two or three steps an eigenvalue are usual (Parlett 1998, section 8.11). */
const MAX_STEPS = 60;

/**
 * The eigendecomposition of a symmetric matrix (row-major, order x order), by reduction to a tridiagonal one and implicit
 * QR steps (Golub and Van Loan 2013, algorithms 8.3.1 to 8.3.3): errors are of the size of the largest eigenvalue's last
 * digits. About 10 order^3 operations, a fifth of `symmetricEigen`: for orders from 100 to a few thousand. The matrix is left as it is.
 *
 * @throws NumericalError if the matrix holds numbers that are not finite.
 */
export function householderEigen(matrix: Float64Array, order: number): Eigen {
  const { diagonal, offDiagonal, rows } = tridiagonalise(matrix, order);
  diagonalise(diagonal, offDiagonal, rows, order);
  const ranking = Array.from(diagonal.keys()).sort((p, q) => diagonal[q]! - diagonal[p]!);
  const vectors = new Float64Array(order * order);
  for (const [column, k] of ranking.entries()) {
    for (let row = 0; row < order; row++) vectors[row * order + column] = rows[k * order + row]!;
  }
  return { values: Float64Array.from(ranking, k => diagonal[k]!), vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element k couples k and k + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Q^T of A = Q T Q^T, row-major. */
  readonly rows: Float64Array;
}

/** T = Q^T A Q by reflections I - beta v v^T, v kept where they made zeros: in row k from column k + 1. */
function tridiagonalise(matrix: Float64Array, order: number): Tridiagonal {
  const a = Float64Array.from(matrix);
  const diagonal = new Float64Array(order);
  const offDiagonal = new Float64Array(order);
  const betas = new Float64Array(order);
  const w = new Float64Array(order);
  for (let k = 0; k < order; k++) {
    diagonal[k] = a[k * order + k]!;
    const v = a.subarray(k * order, (k + 1) * order);
    const norm = Math.sqrt(dot(v, v, k + 1, order));
    if (k + 2 >= order || norm === 0) {
      if (k + 1 < order) offDiagonal[k] = v[k + 1]!;
      continue;
    }
    const reflected = v[k + 1]! > 0 ? -norm : norm;
    offDiagonal[k] = reflected;
    v[k + 1]! -= reflected;
    const beta = 2 / dot(v, v, k + 1, order);
    betas[k] = beta;
    for (let i = k + 1; i < order; i++) w[i] = beta * dot(a.subarray(i * order, (i + 1) * order), v, k + 1, order);
    const half = (beta / 2) * dot(w, v, k + 1, order);
    for (let i = k + 1; i < order; i++) w[i]! -= half * v[i]!;
    for (let i = k + 1; i < order; i++) {
      const vi = v[i]!;
      const wi = w[i]!;
      const to = i * order;
      for (let j = k + 1; j < order; j++) a[to + j]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  return { diagonal, offDiagonal, rows: accumulate(a, betas, order) };
}

/** The transpose of the product of the reflections, the last first, so that each changes the trailing block only. */
function accumulate(reflectors: Float64Array, betas: Float64Array, order: number): Float64Array {
  const q = new Float64Array(order * order);
  for (let k = 0; k < order; k++) q[k * order + k] = 1;
  const projection = new Float64Array(order);
  for (let k = order - 3; k >= 0; k--) {
    if (betas[k] === 0) continue;
    projection.fill(0);
    for (let i = k + 1; i < order; i++)
      addMultiple(projection, 0, q, i * order, reflectors[k * order + i]!, k + 1, order);
    for (let i = k + 1; i < order; i++) {
      addMultiple(q, i * order, projection, 0, -betas[k]! * reflectors[k * order + i]!, k + 1, order);
    }
  }
  const rows = new Float64Array(order * order);
  for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) rows[j * order + i] = q[i * order + j]!;
  return rows;
}

/** QR steps with Wilkinson's shift on the last unreduced block until none is left; `rows` turn with them. */
function diagonalise(d: Float64Array, e: Float64Array, rows: Float64Array, order: number): void {
  const negligible = (k: number) => Math.abs(e[k]!) <= Number.EPSILON * (Math.abs(d[k]!) + Math.abs(d[k + 1]!));
  let end = order - 1;
  for (let steps = 0; end > 0; steps++) {
    if (negligible(end - 1)) {
      e[--end] = 0;
      steps = -1;
      continue;
    }
    if (steps === MAX_STEPS)
      throw new NumericalError('The eigenvalues do not converge. Check that all numbers are finite.');
    let start = end - 1;
    while (start > 0 && !negligible(start - 1)) start--;
    if (start > 0) e[start - 1] = 0;
    qrStep(d, e, rows, order, start, end);
  }
}

function qrStep(d: Float64Array, e: Float64Array, rows: Float64Array, order: number, start: number, end: number): void {
  const half = (d[end - 1]! - d[end]!) / 2;
  const last = e[end - 1]!;
  const root = Math.hypot(half, last);
  const shift = d[end]! - (last / (half < 0 ? half - root : half + root)) * last;
  let x = d[start]! - shift;
  let bulge = e[start]!;
  for (let k = start; k < end; k++) {
    const r = Math.hypot(x, bulge);
    const cosine = r === 0 ? 1 : x / r;
    const sine = r === 0 ? 0 : bulge / r;
    if (k > start) e[k - 1] = r;
    const a = d[k]!;
    const b = e[k]!;
    const g = d[k + 1]!;
    d[k] = cosine * cosine * a + 2 * cosine * sine * b + sine * sine * g;
    d[k + 1] = sine * sine * a - 2 * cosine * sine * b + cosine * cosine * g;
    x = cosine * sine * (g - a) + (cosine - sine) * (cosine + sine) * b;
    e[k] = x;
    if (k + 1 < end) {
      bulge = sine * e[k + 1]!;
      e[k + 1]! *= cosine;
    }
    rotateRows(rows, k * order, order, cosine, sine);
  }
}

/** Turns the row that begins at `first` and the one after it. */
function rotateRows(rows: Float64Array, first: number, order: number, cosine: number, sine: number): void {
  for (let p = first, q = first + order; p < first + order; p++, q++) {
    const x = rows[p]!;
    const y = rows[q]!;
    rows[p] = cosine * x + sine * y;
    rows[q] = cosine * y - sine * x;
  }
}

/** Four partial sums, so that no addition waits for the one before. */
function dot(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = from;
  for (; k + 4 <= to; k += 4) {
    s0 += a[k]! * b[k]!;
    s1 += a[k + 1]! * b[k + 1]!;
    s2 += a[k + 2]! * b[k + 2]!;
    s3 += a[k + 3]! * b[k + 3]!;
  }
  for (; k < to; k++) s0 += a[k]! * b[k]!;
  return s0 + s1 + (s2 + s3);
}

/** a[to + k] += factor b[from + k], k from `start` up to, not with, `end`. */
function addMultiple(
  a: Float64Array,
  to: number,
  b: Float64Array,
  from: number,
  factor: number,
  start: number,
  end: number,
): void {
  for (let k = start; k < end; k++) a[to + k]! += factor * b[from + k]!;
}
