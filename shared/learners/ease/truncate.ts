import { symmetricEigen } from '../../linear-algebra/symmetric-eigen.ts';
import { innerProduct, multiplyRight, orthonormalise, scaleColumns } from '../../linear-algebra/tall.ts';

/** Each multiplies the error of a direction by the ratio of the eigenvalues there and at the rank; 4 are enough. */
const ITERATIONS = 4;

/**
 * The best low-rank stand-in for EASE's weights, without the inverse: with G = Q diag(g) Q^T, the weights off the
 * diagonal are, but for a scale an item, those of Q diag(g / (g + lambda)) Q^T. Returns F (items x rank, row-major) with F F^T
 * the part of the `rank` largest eigenvalues, by subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4)
 * from `start` (items x rank). A user's scores are (x F) F^T.
 */
export function truncatedFactors(
  gram: Float64Array,
  items: number,
  lambda: number,
  start: Float64Array,
  rank: number,
): Float64Array {
  let basis = orthonormalise(start, rank);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    basis = orthonormalise(multiplySymmetric(gram, items, basis, rank), rank);
  }
  const image = multiplySymmetric(gram, items, basis, rank);
  const { values, vectors } = symmetricEigen(innerProduct(basis, image, rank), rank);
  scaleColumns(vectors, rank, k => Math.sqrt(Math.max(0, values[k]!) / (Math.max(0, values[k]!) + lambda)));
  return multiplyRight(basis, vectors, rank);
}

/** A B of a square matrix and a tall one, both row-major. */
function multiplySymmetric(matrix: Float64Array, order: number, tall: Float64Array, columns: number): Float64Array {
  const product = new Float64Array(order * columns);
  for (let i = 0; i < order; i++) {
    const to = i * columns;
    for (let j = 0; j < order; j++) {
      const factor = matrix[i * order + j]!;
      if (factor === 0) continue;
      const from = j * columns;
      for (let k = 0; k < columns; k++) product[to + k]! += factor * tall[from + k]!;
    }
  }
  return product;
}
