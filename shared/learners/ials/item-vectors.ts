import { threadHeap } from '../../kernels/heap.ts';
import { packedLength, unpack } from '../../linear-algebra/packed.ts';
import { RidgeSolver } from '../../linear-algebra/ridge-solver.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import { multiplyRight } from '../../linear-algebra/tall.ts';
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
  const { dimension: order, unobservedWeight } = options;
  const { vectors, buyers, users } = items;
  const full = unpack(gramian, order);
  const pull = multiplyRight(vectors, full, order);
  withSolver(order, (solver, matrix, vector) => {
    placeLower(full, order, matrix);
    for (let item = 0; item < buyers.length; item++) {
      const base = item * order;
      const ridge = itemRidge(buyers[item]!, users, options);
      const bought = Math.min(1, (CURVATURE * Math.max(0, buyers[item]!)) / users);
      // (c S + ridge I) x = b, over c: so that S is there once for all items.
      const curvature = unobservedWeight + bought;
      for (let k = 0; k < order; k++) {
        const slope = gradient[base + k]! - ridge * vectors[base + k]! - unobservedWeight * pull[base + k]!;
        vector[k] = slope / curvature;
      }
      solver.solve(order, ridge / curvature);
      for (let k = 0; k < order; k++) vectors[base + k]! += vector[k]!;
    }
  });
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
  const { vectors, buyers, users } = items;
  const sums = new Float64Array(packed);
  withSolver(order, (solver, matrix, vector) => {
    for (let item = 0; item < buyers.length; item++) {
      for (let k = 0; k < packed; k++)
        sums[k] = curvatures[item * packed + k]! + options.unobservedWeight * gramian[k]!;
      placeLower(unpack(sums, order), order, matrix);
      vector.set(means.subarray(item * order, (item + 1) * order));
      solver.solve(order, itemRidge(buyers[item]!, users, options));
      vectors.set(vector, item * order);
    }
  });
}

/** Runs with a solver, and views of its matrix and of its vector up to the order. */
function withSolver(
  order: number,
  run: (solver: RidgeSolver, matrix: Float64Array, vector: Float64Array) => void,
): void {
  const heap = threadHeap();
  const solver = new RidgeSolver(order, heap);
  try {
    run(solver, heap.float64(solver.matrix, strideOf(order) ** 2), heap.float64(solver.vector, order));
  } finally {
    solver.release();
  }
}

/** The lower triangle of a square matrix in that of a solver, whose rows are further apart. */
function placeLower(square: Float64Array, order: number, matrix: Float64Array): void {
  const stride = strideOf(order);
  for (let row = 0; row < order; row++) matrix.set(square.subarray(row * order, row * order + row + 1), row * stride);
}

function itemRidge(buyers: number, users: number, options: SolveOptions): number {
  const { regularisation, unobservedWeight, frequencyExponent } = options;
  return regularisation * (Math.max(0, buyers) + unobservedWeight * users) ** frequencyExponent;
}
