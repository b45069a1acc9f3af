import { NumericalError } from '../errors.ts';

/**
 * Replaces the lower triangle of a symmetric positive definite matrix (row-major, order x order) by its Cholesky factor
 * L, A = L L^T, in place. Reads and writes nothing above the diagonal. order^3 / 3 floating point operations.
 *
 * @returns false, with the matrix half done, if it is not positive definite to working precision.
 */
export function factorSpd(matrix: Float64Array, order: number): boolean {
  let largest = 0;
  for (let row = 0; row < order; row++) largest = Math.max(largest, matrix[row * order + row]!);
  const smallestPivot = order * Number.EPSILON * largest;
  for (let row = 0; row < order; row++) {
    const start = row * order;
    for (let column = 0; column < row; column++) {
      const other = column * order;
      const rest = matrix[start + column]! - dot(matrix, start, other, column);
      matrix[start + column] = rest / matrix[other + column]!;
    }
    const rest = matrix[start + row]! - dot(matrix, start, start, row);
    if (!(rest > smallestPivot)) return false;
    matrix[start + row] = Math.sqrt(rest);
  }
  return true;
}

/** Replaces the right-hand side b by the solution x of L L^T x = b, with `factor` from `factorSpd`. */
export function solveFactored(factor: Float64Array, order: number, vector: Float64Array): void {
  for (let row = 0; row < order; row++) {
    let rest = vector[row]!;
    const start = row * order;
    for (let k = 0; k < row; k++) rest -= factor[start + k]! * vector[k]!;
    vector[row] = rest / factor[start + row]!;
  }
  for (let row = order - 1; row >= 0; row--) {
    const start = row * order;
    const value = vector[row]! / factor[start + row]!;
    vector[row] = value;
    for (let k = 0; k < row; k++) vector[k]! -= factor[start + k]! * value;
  }
}

/**
 * Replaces the right-hand side by the solution of A x = b; the matrix's lower triangle is overwritten.
 *
 * @throws NumericalError if the matrix is not positive definite to working precision.
 */
export function solveSpd(matrix: Float64Array, order: number, vector: Float64Array): void {
  if (!factorSpd(matrix, order)) {
    throw new NumericalError('The matrix is not positive definite. Raise the regularisation.');
  }
  solveFactored(matrix, order, vector);
}

/** Doublings of a ridge until it outgrows whatever noise a double can hold. */
const MAX_DOUBLINGS = 128;

/**
 * Replaces the right-hand side by the solution of (A + ridge I) x = b for a symmetric A, of which the lower triangle counts.
 * Noise on a sum, or rounding, can leave A + ridge I indefinite: then the ridge doubles until it is not.
 *
 * @throws NumericalError if A is not finite.
 */
export function solveRidge(matrix: Float64Array, order: number, vector: Float64Array, ridge: number): void {
  for (let added = ridge, doublings = 0; doublings < MAX_DOUBLINGS; added *= 2, doublings++) {
    const factor = matrix.slice();
    for (let k = 0; k < order; k++) factor[k * order + k]! += added;
    if (!factorSpd(factor, order)) continue;
    solveFactored(factor, order, vector);
    return;
  }
  throw new NumericalError('A matrix holds no usable numbers. Raise the regularisation, or lower the noise.');
}

/** The product of two runs of numbers in one array; four partial sums, so that no addition waits for the one before. */
export function dot(values: Float64Array, left: number, right: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const blocks = length - (length % 4);
  for (let k = 0; k < blocks; k += 4) {
    a += values[left + k]! * values[right + k]!;
    b += values[left + k + 1]! * values[right + k + 1]!;
    c += values[left + k + 2]! * values[right + k + 2]!;
    d += values[left + k + 3]! * values[right + k + 3]!;
  }
  for (let k = blocks; k < length; k++) a += values[left + k]! * values[right + k]!;
  return a + b + (c + d);
}
