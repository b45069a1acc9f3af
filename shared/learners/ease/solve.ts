import { SettingsError } from '../../errors.ts';
import { type Numerics, singleThread } from '../../linear-algebra/numerics.ts';

/**
 * EASE in closed form (Steck 2019, arXiv 1905.03375): the item-item weights B that minimise |X - X B|^2 + lambda |B|^2
 * under a zero diagonal, from the Gram matrix G = X^T X (row-major, items x items), of which the upper triangle is read, and which is overwritten. B is row-major:
 * B[i, j] is what having bought item i adds to the score of item j. Time grows with items^3.
 *
 * @param weights where B goes.
 *
 * @throws SettingsError if lambda is not positive.
 * @throws NumericalError if lambda is so small that the matrix cannot be inverted.
 */
export function easeWeights(
  gram: Float64Array,
  items: number,
  lambda: number,
  weights: Float32Array = new Float32Array(items * items),
  numerics: Numerics = singleThread,
): Float32Array {
  if (!(lambda > 0)) throw new SettingsError(`EASE needs a positive lambda, not ${lambda}.`);
  for (let item = 0; item < items; item++) gram[item * items + item]! += lambda;
  numerics.invertSpd(gram, items);
  const diagonal = Float64Array.from({ length: items }, (_, item) => gram[item * items + item]!);
  for (let i = 0, at = 0; i < items; i++) {
    for (let j = 0; j < items; j++, at++) weights[at] = -gram[at]! / diagonal[j]!;
    weights[i * (items + 1)] = 0;
  }
  return weights;
}

/** The mean of the diagonal of the Gram matrix: the default lambda. */
export function meanDiagonal(gram: Float64Array, items: number): number {
  let sum = 0;
  for (let item = 0; item < items; item++) sum += gram[item * items + item]!;
  return sum / items;
}

export function smallestDiagonal(gram: Float64Array, items: number): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let item = 0; item < items; item++) smallest = Math.min(smallest, gram[item * items + item]!);
  return smallest;
}
