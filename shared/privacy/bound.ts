import type { Contribution, IntegerContribution } from '../aggregation/contribution.ts';
import { MAX_COORDINATE } from '../aggregation/integer-sum.ts';
import { NumericalError } from '../errors.ts';

/** Rounding slack of a squared norm computed in doubles, relative. */
const NORM_TOLERANCE = 1e-9;

/** The true norm of what `isBounded` lets through is at most so many times the bound: sensitivities include it. */
export const BOUND_SLACK = Math.sqrt(1 + NORM_TOLERANCE);

/** A step of a round's grid in the units of contributions. 2^30 steps a clip norm lose less than float32 does. */
export function gridStep(clipNorm: number, gridSteps = MAX_COORDINATE): number {
  return clipNorm / gridSteps;
}

/**
 * Clips a contribution to L2 norm `clipNorm` over all its coordinates together (McMahan et al. 2018, arXiv 1710.06963,
 * section 2.3) and puts it on the integer grid, rounding toward zero.
 *
 * Sensitivity: scaling brings the norm to at most `clipNorm`, and rounding toward zero makes no coordinate larger, so
 * adding or removing a device changes the sum by at most `clipNorm` in L2, on the integers that are really added.
 *
 * @param gridSteps how many steps of the grid the clip norm spans.
 * @throws NumericalError if a value is not finite: a device sends nothing rather than something unbounded.
 */
export function bound(contribution: Contribution, clipNorm: number, gridSteps = MAX_COORDINATE): IntegerContribution {
  const scale = clippedScale(l2Norm(contribution), clipNorm, gridSteps);
  const parts = contribution.parts.map(part => ({ ...part, values: quantise(part.values, scale) }));
  return { length: contribution.length, parts };
}

/**
 * What a contribution of this L2 norm is multiplied by before it is rounded to grid steps.
 * @throws NumericalError if the norm is not finite.
 */
export function clippedScale(norm: number, clipNorm: number, gridSteps: number): number {
  if (!Number.isFinite(norm)) {
    throw new NumericalError('A contribution holds values that are not finite. Lower the learning rate.');
  }
  return Math.min(1, clipNorm / norm) / gridStep(clipNorm, gridSteps);
}

/** Whether a contribution on the grid keeps an L2 bound in grid steps, by default the clip norm of the finest grid. */
export function isBounded(contribution: IntegerContribution, boundSteps = MAX_COORDINATE): boolean {
  return squaredNorm(contribution) <= boundSteps ** 2 * (1 + NORM_TOLERANCE);
}

export function l2Norm(contribution: Contribution<Float32Array | Int32Array>): number {
  return Math.sqrt(squaredNorm(contribution));
}

function quantise(values: Float32Array, scale: number): Int32Array {
  const integers = new Int32Array(values.length);
  for (let k = 0; k < values.length; k++) integers[k] = values[k]! * scale;
  return integers;
}

/** Four partial sums, so that no addition waits for the one before. */
function squaredNorm({ parts }: Contribution<Float32Array | Int32Array>): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (const { values } of parts) {
    const blocks = values.length - (values.length % 4);
    for (let k = 0; k < blocks; k += 4) {
      const w = values[k]!;
      const x = values[k + 1]!;
      const y = values[k + 2]!;
      const z = values[k + 3]!;
      a += w * w;
      b += x * x;
      c += y * y;
      d += z * z;
    }
    for (let k = blocks; k < values.length; k++) a += values[k]! * values[k]!;
  }
  return a + b + c + d;
}
