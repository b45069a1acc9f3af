import { SettingsError } from '../../errors.ts';
import { invertSpd } from '../../linear-algebra/invert-spd.ts';

/**
 * EASE in closed form (Steck 2019, arXiv 1905.03375): the item-item weights B that minimise |X - X B|^2 + lambda |B|^2
 * under a zero diagonal, from the Gram matrix G = X^T X (row-major, items x items), which is overwritten. B is row-major:
 * B[i, j] is what having bought item i adds to the score of item j.
 *
 * Memory is 12 items^2 bytes at the peak, time grows with items^3.
 * @throws SettingsError if lambda is not positive.
 * @throws NumericalError if lambda is so small that the matrix cannot be inverted.
 */
export function easeWeights(gram: Float64Array, items: number, lambda: number): Float32Array {
  if (!(lambda > 0)) throw new SettingsError(`EASE needs a positive lambda, not ${lambda}.`);
  for (let item = 0; item < items; item++) gram[item * items + item]! += lambda;
  invertSpd(gram, items);
  const diagonal = Float64Array.from({ length: items }, (_, item) => gram[item * items + item]!);
  const weights = new Float32Array(items * items);
  for (let i = 0, at = 0; i < items; i++) {
    for (let j = 0; j < items; j++, at++) weights[at] = i === j ? 0 : -gram[at]! / diagonal[j]!;
  }
  return weights;
}

/** The mean of the diagonal of the Gram matrix: the default lambda. */
export function meanDiagonal(gram: Float64Array, items: number): number {
  let sum = 0;
  for (let item = 0; item < items; item++) sum += gram[item * items + item]!;
  return sum / items;
}

/** Adds to `scores` (items long) the rows of B of some items, each times its weight. */
export function addRows(matrix: Float32Array, rows: Int32Array, weights: Float32Array, scores: Float32Array): void {
  const width = scores.length;
  let n = 0;
  for (; n + 4 <= rows.length; n += 4) {
    const row0 = rows[n]! * width;
    const row1 = rows[n + 1]! * width;
    const row2 = rows[n + 2]! * width;
    const row3 = rows[n + 3]! * width;
    const weight0 = weights[n]!;
    const weight1 = weights[n + 1]!;
    const weight2 = weights[n + 2]!;
    const weight3 = weights[n + 3]!;
    for (let k = 0; k < width; k++) {
      const left = weight0 * matrix[row0 + k]! + weight1 * matrix[row1 + k]!;
      scores[k]! += left + (weight2 * matrix[row2 + k]! + weight3 * matrix[row3 + k]!);
    }
  }
  for (; n < rows.length; n++) {
    const row = rows[n]! * width;
    for (let k = 0; k < width; k++) scores[k]! += weights[n]! * matrix[row + k]!;
  }
}
