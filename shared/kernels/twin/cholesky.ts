import type { TwinMemory } from './memory.ts';

/** Small positive definite systems in float64. A matrix is row-major with `stride` numbers a row; its lower triangle counts. */
export interface CholeskyKernels {
  /**
   * Replaces the lower triangle by that of L, A = L L^T, with the reciprocals of L's diagonal on the diagonal; nothing above
   * is read or written. Of the products that are taken off element (i, j), those of columns before j's block of 4 add up in
   * two sums, of even and of odd columns, and are taken off together; the others one by one.
   *
   * @returns 1, or 0 with the matrix half done if it is not positive definite to working precision.
   */
  choleskyFactor(matrix: number, order: number, stride: number): number;
  /** factor = matrix + ridge I, in the lower triangle; nothing above is read or written. */
  ridgedLower(matrix: number, order: number, stride: number, ridge: number, factor: number): void;
  /** Replaces the right-hand side b [order] by the solution of A x = b, with the factor of A. */
  choleskySubstitute(factor: number, order: number, stride: number, vector: number): void;
  /** Both: the matrix becomes its factor, and the right-hand side the solution; 0, the latter as it was, if there is none. */
  choleskySolve(matrix: number, order: number, stride: number, vector: number): number;
}

export function choleskyTwin(memory: TwinMemory): CholeskyKernels {
  function choleskyFactor(matrix: number, order: number, stride: number): number {
    const { f64 } = memory;
    const start = matrix >> 3;
    let largest = 0;
    for (let k = 0; k < order; k++) largest = Math.max(largest, f64[start + k * stride + k]!);
    const smallestPivot = order * Number.EPSILON * largest;
    for (let i = 0; i < order; i++) {
      for (let j = 0; j <= i; j++) {
        const left = start + i * stride;
        const right = start + j * stride;
        let rest = f64[left + j]! - dot(f64, left, right, j & ~3);
        for (let k = j & ~3; k < j; k++) rest -= f64[left + k]! * f64[right + k]!;
        if (j < i) f64[left + j] = rest * f64[right + j]!;
        else if (rest > smallestPivot) f64[left + j] = 1 / Math.sqrt(rest);
        else return 0;
      }
    }
    return 1;
  }

  function choleskySubstitute(factor: number, order: number, stride: number, vector: number): void {
    const { f64 } = memory;
    const b = vector >> 3;
    for (let i = 0; i < order; i++) {
      const row = (factor >> 3) + i * stride;
      let rest = f64[b + i]! - dot(f64, row, b, i & ~3);
      for (let k = i & ~3; k < i; k++) rest -= f64[row + k]! * f64[b + k]!;
      f64[b + i] = rest * f64[row + i]!;
    }
    for (let i = order - 1; i >= 0; i--) {
      const row = (factor >> 3) + i * stride;
      const value = f64[b + i]! * f64[row + i]!;
      f64[b + i] = value;
      for (let k = 0; k < i; k++) f64[b + k]! -= f64[row + k]! * value;
    }
  }

  return {
    choleskyFactor,
    choleskySubstitute,
    ridgedLower(matrix, order, stride, ridge, factor) {
      const { f64 } = memory;
      for (let i = 0; i < order; i++) {
        for (let j = 0; j <= i; j++) {
          const at = i * stride + j;
          f64[(factor >> 3) + at] = f64[(matrix >> 3) + at]! + (i === j ? ridge : 0);
        }
      }
    },
    choleskySolve(matrix, order, stride, vector) {
      if (choleskyFactor(matrix, order, stride) === 0) return 0;
      choleskySubstitute(matrix, order, stride, vector);
      return 1;
    },
  };
}

/** The sum of the products at even places, plus that at odd ones. */
function dot(values: Float64Array, left: number, right: number, length: number): number {
  let even = 0;
  let odd = 0;
  for (let k = 0; k < length; k += 2) {
    even += values[left + k]! * values[right + k]!;
    odd += values[left + k + 1]! * values[right + k + 1]!;
  }
  return even + odd;
}
