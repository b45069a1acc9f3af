import { solveRidge } from '../../linear-algebra/cholesky.ts';
import type { SolveOptions } from './options.ts';

/** What a user vector is solved from. */
export interface ItemSide {
  /** [items, dimension] */
  readonly vectors: Float32Array;
  /** [dimension, dimension]: V^T V. */
  readonly gramian: Float32Array;
  readonly items: number;
}

/**
 * The user vector that minimises the whole-catalogue loss for fixed item vectors (Hu, Koren and Volinsky 2008; Rendle et
 * al. 2021, arXiv 2110.14037, section 3.1):
 *
 *     sum over bought items i of w_i (1 - u.v_i)^2  +  alpha0 sum over all items (u.v_i)^2  +  ridge |u|^2
 *
 * by one Cholesky solve. Nothing of it is stored: it follows from the history and the model.
 */
export function solveUser(
  { vectors, gramian, items }: ItemSide,
  bought: Int32Array,
  weights: Float32Array | undefined,
  { unobservedWeight, regularisation, frequencyExponent }: SolveOptions,
): Float64Array {
  const order = Math.sqrt(gramian.length);
  const matrix = new Float64Array(order * order);
  const right = new Float64Array(order);
  const row = new Float64Array(order);
  for (let n = 0; n < bought.length; n++) {
    const weight = weights?.[n] ?? 1;
    const base = bought[n]! * order;
    for (let k = 0; k < order; k++) {
      row[k] = vectors[base + k]!;
      right[k]! += weight * row[k]!;
    }
    for (let k = 0; k < order; k++) {
      const factor = weight * row[k]!;
      const to = k * order;
      for (let j = 0; j <= k; j++) matrix[to + j]! += factor * row[j]!;
    }
  }
  const ridge = regularisation * (bought.length + unobservedWeight * items) ** frequencyExponent;
  for (let k = 0; k < order; k++) {
    for (let j = 0; j <= k; j++) matrix[k * order + j]! += unobservedWeight * gramian[k * order + j]!;
  }
  solveRidge(matrix, order, right, ridge);
  return right;
}
