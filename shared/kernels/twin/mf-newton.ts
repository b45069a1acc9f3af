import type { CholeskyKernels } from './cholesky.ts';
import { expTwin } from './exp.ts';
import type { TwinMemory } from './memory.ts';

const { fround } = Math;

/**
 * Newton's method on the user vector of matrix factorisation, and the gradient of the items. The rows of a device are the items
 * that it looks at: the first `bought` of `count` were bought, and have float32 `weights` [bought]; each of the others
 * stands for `negativeWeight` of those that were not. Arrays of a number a row, float32, have room for a multiple of four.
 */
export interface MfNewtonKernels {
  /**
   * Binary cross-entropy: the sum of -weight log sigma(s) over the bought rows, and of -negativeWeight log(1 - sigma(s)) over
   * the others. `errors` holds the scores [count] on entry, as `scoreRows` leaves them, and the negative first derivatives
   * by them on return; `curvatures` the second.
   */
  bceDerivatives(
    count: number,
    weights: number,
    bought: number,
    negativeWeight: number,
    errors: number,
    curvatures: number,
  ): void;
  /**
   * The same of sampled softmax: the sum over the bought rows of -weight log(exp(s) / Z), where Z is the sum of exp over
   * them plus negativeWeight times that over the others, an unbiased estimate of the sum over the whole catalogue (Bengio
   * and Senecal 2008). `curvatures` is the diagonal part of the second derivative: see `centre`. Z is summed in
   * float64, row r in the (r mod 4)-th of four sums, z0 to z3, and Z = (z0 + z2) + (z1 + z3).
   *
   * @returns the sum of the weights, which is that of the curvatures.
   */
  softmaxDerivatives(
    count: number,
    weights: number,
    bought: number,
    negativeWeight: number,
    errors: number,
    curvatures: number,
  ): number;
  /**
   * matrix -= mean mean^T / total, for the lower triangle of a float64 matrix [stride, stride] and float32 mean [stride]. Where matrix is the sum of c x x^T,
   * mean that of c x and total that of c, x is counted from its mean: the second derivative of softmax by the user.
   */
  centre(matrix: number, stride: number, mean: number, total: number): void;
  /**
   * user += A^-1 b, but at most `longest` far, where A = matrix + ridge I, of whose float64 [stride, stride] the lower
   * triangle counts, and b = gradient - ridge user: float32 user and gradient [dimension]. The matrix is overwritten, and
   * float64 `step` [dimension].
   *
   * @returns 1, or 0 with the user as it was if A is not positive definite to working precision.
   */
  newtonStep(
    user: number,
    dimension: number,
    stride: number,
    gradient: number,
    matrix: number,
    ridge: number,
    longest: number,
    step: number,
  ): number;
  /**
   * values[r] = errors[r] user - ridge x, with x the vector of item rows[r] in float32 table [items, stride]: the negative gradient
   * by x with a penalty of ridge / 2 times its squared norm. ridge is `positiveRidge`, or of rows that were not bought
   * `negativeRidge`. float32 user [stride] ends with zeros; values [count, dimension] have room for 3 more.
   */
  itemGradients(
    table: number,
    stride: number,
    rows: number,
    count: number,
    bought: number,
    user: number,
    errors: number,
    positiveRidge: number,
    negativeRidge: number,
    dimension: number,
    values: number,
  ): void;
}

export function mfNewtonTwin(memory: TwinMemory, cholesky: CholeskyKernels): MfNewtonKernels {
  return {
    bceDerivatives(count, weights, bought, negativeWeight, errors, curvatures) {
      const { f32 } = memory;
      for (let r = 0; r < count; r++) {
        const positive = r < bought;
        const weight = positive ? f32[(weights >> 2) + r]! : fround(negativeWeight);
        const score = f32[(errors >> 2) + r]!;
        // sigma(-|s|) without the loss of digits of 1 - sigma(|s|).
        const small = expTwin(-Math.abs(score));
        const large = fround(1 / fround(1 + small));
        const other = fround(small * large);
        const wrong = positive ? -score > 0 : score > 0;
        const error = fround(weight * (wrong ? large : other));
        f32[(errors >> 2) + r] = positive ? error : -error;
        f32[(curvatures >> 2) + r] = fround(weight * large) * other;
      }
    },

    softmaxDerivatives(count, weights, bought, negativeWeight, errors, curvatures) {
      const { f32 } = memory;
      const error = errors >> 2;
      const curvature = curvatures >> 2;
      let largest = Number.NEGATIVE_INFINITY;
      for (let r = 0; r < count; r++) largest = Math.max(largest, f32[error + r]!);
      const sums = [0, 0, 0, 0];
      for (let r = 0; r < count; r++) {
        const share = fround(fround(r < bought ? 1 : negativeWeight) * expTwin(fround(f32[error + r]! - largest)));
        f32[curvature + r] = share;
        sums[r & 3]! += share;
      }
      let weightSum = 0;
      for (let r = 0; r < bought; r++) weightSum += f32[(weights >> 2) + r]!;
      const scale = fround(weightSum / (sums[0]! + sums[2]! + (sums[1]! + sums[3]!)));
      for (let r = 0; r < count; r++) {
        const expected = fround(f32[curvature + r]! * scale);
        f32[curvature + r] = expected;
        f32[error + r] = (r < bought ? f32[(weights >> 2) + r]! : 0) - expected;
      }
      return weightSum;
    },

    centre(matrix, stride, mean, total) {
      const { f32, f64 } = memory;
      for (let j = 0; j < stride; j++) {
        const share = f32[(mean >> 2) + j]! / total;
        for (let k = 0; k <= j; k++) f64[(matrix >> 3) + j * stride + k]! -= share * f32[(mean >> 2) + k]!;
      }
    },

    newtonStep(user, dimension, stride, gradient, matrix, ridge, longest, step) {
      const { f32, f64 } = memory;
      const vector = f32.subarray(user >> 2, (user >> 2) + dimension);
      const solution = f64.subarray(step >> 3, (step >> 3) + dimension);
      for (let k = 0; k < dimension; k++) {
        solution[k] = f32[(gradient >> 2) + k]! - ridge * vector[k]!;
        f64[(matrix >> 3) + k * (stride + 1)]! += ridge;
      }
      if (cholesky.choleskySolve(matrix, dimension, stride, step) === 0) return 0;
      const length = Math.sqrt(solution.reduce((squares, value) => squares + value * value, 0));
      const scale = Math.min(1, longest / length);
      for (let k = 0; k < dimension; k++) vector[k]! += scale * solution[k]!;
      return 1;
    },

    itemGradients(table, stride, rows, count, bought, user, errors, positiveRidge, negativeRidge, dimension, values) {
      const { i32, f32 } = memory;
      for (let r = 0; r < count; r++) {
        const x = (table >> 2) + i32[(rows >> 2) + r]! * stride;
        const error = f32[(errors >> 2) + r]!;
        const ridge = fround(r < bought ? positiveRidge : negativeRidge);
        for (let k = 0; k < dimension; k++) {
          const pull = fround(error * f32[(user >> 2) + k]!);
          f32[(values >> 2) + r * dimension + k] = pull - fround(ridge * f32[x + k]!);
        }
      }
    },
  };
}
