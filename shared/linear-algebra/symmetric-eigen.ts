/** Eigenvalues in descending order; the eigenvector of `values[k]` is column k of `vectors` (row-major). */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Jacobi converges quadratically: real matrices take 6 to 10 sweeps. */
const MAX_SWEEPS = 60;

/**
 * The eigendecomposition of a symmetric matrix (row-major, order x order) by cyclic Jacobi rotations (Golub and Van
 * Loan 2013, section 8.5): accurate to the last digits, and for orders up to a few hundred fast enough, at about
 * 50 order^3 operations. The matrix is left as it is; only its upper triangle counts.
 */
export function symmetricEigen(matrix: Float64Array, order: number): Eigen {
  const a = Float64Array.from(matrix);
  for (let row = 0; row < order; row++) {
    for (let column = 0; column < row; column++) a[row * order + column] = a[column * order + row]!;
  }
  // Row k of `basis` becomes the eigenvector of the k-th diagonal element.
  const basis = new Float64Array(order * order);
  for (let k = 0; k < order; k++) basis[k * order + k] = 1;
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, order) > Number.EPSILON ** 2 * scale; sweep++) {
    for (let p = 0; p < order - 1; p++) {
      for (let q = p + 1; q < order; q++) rotate(a, basis, order, p, q);
    }
  }
  const ranking = Array.from({ length: order }, (_, k) => k).sort((p, q) => a[q * order + q]! - a[p * order + p]!);
  const vectors = new Float64Array(order * order);
  for (const [column, k] of ranking.entries()) {
    for (let row = 0; row < order; row++) vectors[row * order + column] = basis[k * order + row]!;
  }
  return { values: Float64Array.from(ranking, k => a[k * order + k]!), vectors };
}

function offDiagonal(a: Float64Array, order: number): number {
  let sum = 0;
  for (let row = 0; row < order; row++) {
    for (let column = row + 1; column < order; column++) sum += a[row * order + column]! ** 2;
  }
  return sum;
}

/** Zeroes a[p, q] by a rotation in the plane of p and q. */
function rotate(a: Float64Array, basis: Float64Array, order: number, p: number, q: number): void {
  const apq = a[p * order + q]!;
  if (apq === 0) return;
  const theta = (a[q * order + q]! - a[p * order + p]!) / (2 * apq);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < order; k++) {
    const akp = a[k * order + p]!;
    const akq = a[k * order + q]!;
    a[k * order + p] = cosine * akp - sine * akq;
    a[k * order + q] = sine * akp + cosine * akq;
  }
  rotateRows(a, order, p, q, cosine, sine);
  rotateRows(basis, order, p, q, cosine, sine);
}

function rotateRows(a: Float64Array, order: number, p: number, q: number, cosine: number, sine: number): void {
  for (let k = 0; k < order; k++) {
    const apk = a[p * order + k]!;
    const aqk = a[q * order + k]!;
    a[p * order + k] = cosine * apk - sine * aqk;
    a[q * order + k] = sine * apk + cosine * aqk;
  }
}
