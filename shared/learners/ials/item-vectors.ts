import { solveRidge } from '../../linear-algebra/cholesky.ts';
import { packedLength, unpack } from '../../linear-algebra/packed.ts';
import type { SolveOptions } from './options.ts';

/** How many times the average user's curvature an item's is taken for: too few overshoots, more only slows down. */
const CURVATURE = 1.5;

/** What the coordinator knows of the items, beside a round's sums. */
export interface Items {
  /** [items, dimension], updated in place. */
  readonly vectors: Float32Array;
  /** [items]: how many of the cohort's devices bought each; estimates, so perhaps not whole or below 0. */
  readonly buyers: Float64Array;
  /** The expected cohort. */
  readonly users: number;
}

/**
 * One step on every item vector from the summed gradient (items x dimension: sum over buyers of u (1 - u.v)) and the
 * users' Gramian S = sum of u u^T (packed). The gradient of the unobserved part is alpha0 S v and needs no device. The exact
 * curvature of item i is alpha0 S + sum over buyers of u u^T + ridge; only the sum over buyers is not known, and its
 * expectation CURVATURE n_i S / users stands in, so a step costs what a gradient costs and goes nearly as far as an
 * exact solve: on MovieLens-100K NDCG@10 is the same round for round.
 */
export function stepItems(items: Items, gradient: Float64Array, gramian: Float64Array, options: SolveOptions): void {
  const order = options.dimension;
  const full = unpack(gramian, order);
  const matrix = new Float64Array(order * order);
  const step = new Float64Array(order);
  const { vectors, buyers, users } = items;
  for (let item = 0; item < buyers.length; item++) {
    const base = item * order;
    const ridge = itemRidge(buyers[item]!, users, options);
    for (let k = 0; k < order; k++) {
      let slope = gradient[base + k]! - ridge * vectors[base + k]!;
      for (let j = 0; j < order; j++) slope -= options.unobservedWeight * full[k * order + j]! * vectors[base + j]!;
      step[k] = slope;
    }
    const bought = Math.min(1, (CURVATURE * Math.max(0, buyers[item]!)) / users);
    for (let k = 0; k < matrix.length; k++) matrix[k] = (options.unobservedWeight + bought) * full[k]!;
    solveRidge(matrix, order, step, ridge);
    for (let k = 0; k < order; k++) vectors[base + k]! += step[k]!;
  }
}

/**
 * Solves every item vector as pooled ALS does, from the sum over its buyers of u (items x dimension) and of u u^T
 * (items x packed).
 */
export function solveItems(
  items: Items,
  means: Float64Array,
  curvatures: Float64Array,
  gramian: Float64Array,
  options: SolveOptions,
): void {
  const order = options.dimension;
  const packed = packedLength(order);
  const full = unpack(gramian, order);
  const { vectors, buyers, users } = items;
  for (let item = 0; item < buyers.length; item++) {
    const matrix = unpack(curvatures.subarray(item * packed, (item + 1) * packed), order);
    for (let k = 0; k < matrix.length; k++) matrix[k]! += options.unobservedWeight * full[k]!;
    const vector = means.slice(item * order, (item + 1) * order);
    solveRidge(matrix, order, vector, itemRidge(buyers[item]!, users, options));
    vectors.set(vector, item * order);
  }
}

function itemRidge(buyers: number, users: number, options: SolveOptions): number {
  const { regularisation, unobservedWeight, frequencyExponent } = options;
  return regularisation * (Math.max(0, buyers) + unobservedWeight * users) ** frequencyExponent;
}
