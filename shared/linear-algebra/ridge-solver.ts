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
    if (this.#solved(order, ridge)) return;
    const tooLow = this.#indefiniteUpTo(order);
    for (let added = 2 * ridge, doublings = 1; doublings < MAX_DOUBLINGS; added *= 2, doublings++) {
      if (added <= tooLow) continue;
      if (this.#solved(order, added)) return;
    }
    throw new NumericalError('A matrix holds no usable numbers. Raise the regularisation, or lower the noise.');
  }

  release(): void {
    for (const pointer of [this.matrix, this.vector, this.#factor]) this.#heap.kernels.release(pointer);
  }

  #solved(order: number, ridge: number): boolean {
    const { kernels } = this.#heap;
    const stride = strideOf(order);
    kernels.ridgedLower(this.matrix, order, stride, ridge, this.#factor);
    return kernels.choleskySolve(this.#factor, order, stride, this.vector) === 1;
  }

  /**
   * No ridge up to this makes A definite: the smallest eigenvalue of A, negated, is at least that of the 2 x 2 matrix of the
   * rows that have the largest number off the diagonal between them. Of noise it is a fraction of what is needed, and most
   * of the doublings lie below.
   */
  #indefiniteUpTo(order: number): number {
    const stride = strideOf(order);
    const a = this.#heap.float64(this.matrix, stride ** 2);
    let largest = 0;
    let pair: readonly [number, number] = [0, 0];
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < i; j++) {
        const size = Math.abs(a[i * stride + j]!);
        if (size <= largest) continue;
        largest = size;
        pair = [i, j];
      }
    }
    const [p, q] = pair.map(k => a[k * (stride + 1)]!);
    return Math.hypot((p! - q!) / 2, largest) - (p! + q!) / 2;
  }
}
