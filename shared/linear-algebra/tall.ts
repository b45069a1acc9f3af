import { symmetricEigen } from './symmetric-eigen.ts';

/** Directions whose share of the largest squared length is below this are rounding noise. */
const RANK_TOLERANCE = 1e-12;

/** A^T B of two tall matrices (row-major, rows x columns): columns x columns. */
export function innerProduct(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const product = new Float64Array(columns * columns);
  for (let start = 0; start < a.length; start += columns) {
    for (let i = 0; i < columns; i++) {
      const factor = a[start + i]!;
      if (factor === 0) continue;
      const to = i * columns;
      for (let j = 0; j < columns; j++) product[to + j]! += factor * b[start + j]!;
    }
  }
  return product;
}

/** A R of a tall matrix (row-major, rows x columns) and a small one (columns x columns). */
export function multiplyRight(a: Float64Array, right: Float64Array, columns: number): Float64Array {
  const product = new Float64Array(a.length);
  for (let start = 0; start < a.length; start += columns) {
    for (let i = 0; i < columns; i++) {
      const factor = a[start + i]!;
      if (factor === 0) continue;
      const from = i * columns;
      for (let j = 0; j < columns; j++) product[start + j]! += factor * right[from + j]!;
    }
  }
  return product;
}

/**
 * An orthonormal basis of the columns of a tall matrix (row-major, rows x columns), by the eigenvectors of A^T A, twice,
 * since once loses half the digits. Columns that depend on others come out as zeros: nothing is divided by rounding noise.
 */
export function orthonormalise(a: Float64Array, columns: number): Float64Array {
  const once = normaliseColumns(a, columns);
  return normaliseColumns(once, columns);
}

function normaliseColumns(a: Float64Array, columns: number): Float64Array {
  const { values, vectors } = symmetricEigen(innerProduct(a, a, columns), columns);
  scaleColumns(vectors, columns, k => (values[k]! > RANK_TOLERANCE * values[0]! ? 1 / Math.sqrt(values[k]!) : 0));
  return multiplyRight(a, vectors, columns);
}

/** Multiplies each column k of a matrix (row-major) by `scale(k)`, in place. */
export function scaleColumns(matrix: Float64Array, columns: number, scale: (column: number) => number): void {
  const scales = Float64Array.from({ length: columns }, (_, column) => scale(column));
  for (let start = 0; start < matrix.length; start += columns) {
    for (let k = 0; k < columns; k++) matrix[start + k]! *= scales[k]!;
  }
}
