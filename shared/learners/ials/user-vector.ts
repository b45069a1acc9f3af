import type { Heap } from '../../kernels/heap.ts';
import { RidgeSolver } from '../../linear-algebra/ridge-solver.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import { power } from '../../power.ts';
import type { ItemSide } from './item-side.ts';
import type { SolveOptions } from './options.ts';

/**
 * Solves for the user vector that minimises the whole-catalogue loss for fixed item vectors (Hu, Koren and Volinsky 2008;
 * Rendle et al. 2021, arXiv 2110.14037, section 3.1):
 *
 *     sum over bought items i of w_i (1 - u.v_i)^2  +  alpha0 sum over all items (u.v_i)^2  +  ridge |u|^2
 *
 * Nothing of it is stored: it follows from the history and the model.
 */
export class UserSolver {
  readonly #options: SolveOptions;
  readonly #heap: Heap;
  readonly #solver: RidgeSolver;

  constructor(options: SolveOptions, heap: Heap) {
    this.#options = options;
    this.#heap = heap;
    this.#solver = new RidgeSolver(options.dimension, heap);
  }

  /** float64 [stride]: the vector that was solved for last, zeros from the dimension on. */
  get vector(): number {
    return this.#solver.vector;
  }

  /** For the bought items by number (int32) and their weights (float32), both [count]. */
  solve({ vectors, unobserved, items }: ItemSide, bought: number, weights: number, count: number): void {
    const { kernels } = this.#heap;
    const { matrix, vector } = this.#solver;
    const { dimension, regularisation, unobservedWeight, frequencyExponent } = this.#options;
    const stride = strideOf(dimension);
    this.#heap.float64(matrix, stride ** 2).set(this.#heap.float64(unobserved, stride ** 2));
    this.#heap.float64(vector, stride).fill(0);
    kernels.weightedGram(vectors, stride, bought, count, weights, matrix);
    kernels.weightedRowSum(vectors, stride, bought, count, weights, vector);
    this.#solver.solve(dimension, regularisation * power(count + unobservedWeight * items, frequencyExponent));
  }

  release(): void {
    this.#solver.release();
  }
}
