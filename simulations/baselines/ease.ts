import { SettingsError } from '../../shared/errors.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { invertSpd } from '../linear-algebra/invert-spd.ts';

/**
 * EASE on pooled histories, in closed form (Steck 2019, arXiv 1905.03375): with X the users' distinct items as zeros
 * and ones, the item-item weights B that minimise |X - X B|^2 + lambda |B|^2 under a zero diagonal. A user's scores are
 * the sum of the rows of B of the user's items.
 *
 * Memory is 12 itemCount^2 bytes at the peak, time grows with itemCount^3.
 * @throws SettingsError if lambda is not positive.
 * @throws NumericalError if lambda is so small that the matrix cannot be inverted.
 */
export function ease(population: Population, itemCount: number, lambda = easeLambda(population, itemCount)): Scorer {
  const weights = easeWeights(population, itemCount, lambda);
  const scores = new Float32Array(itemCount);
  return user => {
    sumRows(weights, population.items(user), scores);
    return scores;
  };
}

/**
 * The default lambda: how many users bought the average item, which is the mean of the diagonal that lambda is added
 * to. Chosen without the held-out items: on the last training item of each user, NDCG@10 is the best (MovieLens-1M) or
 * within 1 % of the best (MovieLens-100K, Online Retail) among 1/4, 1/2, 1, 2, 4 and 8 times this lambda.
 */
export function easeLambda(population: Population, itemCount: number): number {
  return population.pairs / itemCount;
}

/** B, row-major: B[i, j] is what having bought item i adds to the score of item j. */
export function easeWeights(population: Population, itemCount: number, lambda: number): Float32Array {
  if (!(lambda > 0)) throw new SettingsError(`EASE needs a positive lambda, not ${lambda}.`);
  const matrix = coPurchases(population, itemCount);
  for (let item = 0; item < itemCount; item++) matrix[item * itemCount + item]! += lambda;
  invertSpd(matrix, itemCount);
  const diagonal = Float64Array.from({ length: itemCount }, (_, item) => matrix[item * itemCount + item]!);
  const weights = new Float32Array(itemCount * itemCount);
  for (let i = 0, at = 0; i < itemCount; i++) {
    for (let j = 0; j < itemCount; j++, at++) weights[at] = i === j ? 0 : -matrix[at]! / diagonal[j]!;
  }
  return weights;
}

/** X^T X: how many users bought both items. Counted row by row: a row fits the cache, the matrix does not. */
function coPurchases(population: Population, itemCount: number): Float64Array {
  const buyers = Array.from({ length: itemCount }, (): number[] => []);
  for (let user = 0; user < population.size; user++) {
    for (const item of population.items(user)) buyers[item]!.push(user);
  }
  const counts = new Float64Array(itemCount * itemCount);
  for (const [item, users] of buyers.entries()) {
    const row = counts.subarray(item * itemCount, (item + 1) * itemCount);
    for (const user of users) {
      const items = population.items(user);
      for (let n = 0; n < items.length; n++) row[items[n]!]!++;
    }
  }
  return counts;
}

/** The sum of some rows of a square matrix, four at a time. */
function sumRows(matrix: Float32Array, rows: Int32Array, sum: Float32Array): void {
  const width = sum.length;
  sum.fill(0);
  let n = 0;
  for (; n + 4 <= rows.length; n += 4) {
    const row0 = rows[n]! * width;
    const row1 = rows[n + 1]! * width;
    const row2 = rows[n + 2]! * width;
    const row3 = rows[n + 3]! * width;
    for (let k = 0; k < width; k++) {
      sum[k]! += matrix[row0 + k]! + matrix[row1 + k]! + (matrix[row2 + k]! + matrix[row3 + k]!);
    }
  }
  for (; n < rows.length; n++) {
    const row = rows[n]! * width;
    for (let k = 0; k < width; k++) sum[k]! += matrix[row + k]!;
  }
}
