import { NumericalError } from '../errors.ts';
import type { Heap } from '../kernels/heap.ts';
import { strideOf } from './stride.ts';

/** Doublings of a ridge until it outgrows whatever noise a double can hold. */
const MAX_DOUBLINGS = 128;

/** Solves small symmetric systems in the memory of the kernels, one after another in the same place. */
export class RidgeSolver {
  /** float64 [stride, stride]: the matrix A, of which the lower triangle counts. Zeros at first; `solve` leaves it as it is. */
  readonly matrix: number;
  /** float64 [stride]: the right-hand side b, zeros at first, which `solve` replaces by the solution. */
  readonly vector: number;
  readonly #heap: Heap;
  readonly #factor: number;

  /** For orders up to this. */
  constructor(largestOrder: number, heap: Heap) {
    const stride = strideOf(largestOrder);
    this.#heap = heap;
    this.matrix = heap.kernels.allocate(8 * stride ** 2);
    this.vector = heap.kernels.allocate(8 * stride);
    this.#factor = heap.kernels.allocate(8 * stride ** 2);
    heap.float64(this.matrix, stride ** 2).fill(0);
    heap.float64(this.vector, stride).fill(0);
  }

  /**
   * (A + ridge I) x = b, for a matrix of `strideOf(order)` numbers a row. Noise on a sum, or rounding, can leave A + ridge I
   * indefinite: then the ridge doubles until it is not.
   *
   * @throws NumericalError if A is not finite.
   */
  solve(order: number, ridge: number): void {
    const { kernels } = this.#heap;
    const stride = strideOf(order);
    for (let added = ridge, doublings = 0; doublings < MAX_DOUBLINGS; added *= 2, doublings++) {
      kernels.ridgedLower(this.matrix, order, stride, added, this.#factor);
      if (kernels.choleskySolve(this.#factor, order, stride, this.vector) === 1) return;
    }
    throw new NumericalError('A matrix holds no usable numbers. Raise the regularisation, or lower the noise.');
  }

  release(): void {
    for (const pointer of [this.matrix, this.vector, this.#factor]) this.#heap.kernels.release(pointer);
  }
}
