import type { Contribution, IntegerContribution } from '../aggregation/contribution.ts';
import { MAX_COORDINATE } from '../aggregation/integer-sum.ts';
import type { RoundPlan } from '../learners/learner.ts';
import type { Random } from '../random/random.ts';
import { bound, isBounded, l2Norm } from './bound.ts';
import { DiscreteGaussianSampler } from './noise/discrete-gaussian.ts';

/** How a round's contributions are protected on the device. Public: devices are sent it with the plan. */
export interface Protection {
  /** So many steps of the integer grid span the clip norm. */
  readonly gridSteps: number;
  /** Standard deviation of the noise that the device adds to each coordinate, in grid steps; 0: none. */
  readonly noiseSteps: number;
  /**
   * In grid steps; 0: none. Else one coordinate is appended, + or - so many steps as the contribution kept the clip norm
   * or was clipped (Andrew et al. 2021, arXiv 1905.03871, with the bit centred).
   */
  readonly clipFlagSteps: number;
  /** Which of the run's releases the contribution is for, from 0. */
  readonly release: number;
  /** Two contributions of one device are at least so many releases apart. */
  readonly minSeparation: number;
}

/** Clipped on the finest grid, and no more: no noise, no flag, any device as often as it is asked. */
export const CLIPPED: Protection = Object.freeze({
  gridSteps: MAX_COORDINATE,
  noiseSteps: 0,
  clipFlagSteps: 0,
  release: 0,
  minSeparation: 1,
});

/** How many numbers a device sends. */
export function protectedLength(plan: RoundPlan, { clipFlagSteps }: Protection): number {
  return plan.length + (clipFlagSteps > 0 ? 1 : 0);
}

/**
 * The L2 bound of a contribution before noise, in grid steps: the one sensitivity that the noise is measured by. The
 * clipped vector and the flag are coordinates of one vector, so their bounds add up as squares.
 */
export function boundSteps({ gridSteps, clipFlagSteps }: Protection): number {
  return Math.hypot(gridSteps, clipFlagSteps);
}

/** The device's chain: clip, put on the grid, flag, add noise. @throws NumericalError if a value is not finite. */
export function protect(
  contribution: Contribution,
  { clipNorm }: RoundPlan,
  { gridSteps, clipFlagSteps, noiseSteps }: Protection,
  random: Random,
): IntegerContribution {
  const vector = bound(contribution, clipNorm, gridSteps);
  const flagged = clipFlagSteps > 0 ? withFlag(vector, l2Norm(contribution) > clipNorm, clipFlagSteps) : vector;
  return noiseSteps > 0 ? withNoise(flagged, noiseSteps, random) : flagged;
}

/**
 * Whether a contribution could come out of `protect`: what a coordinator that sees it checks before adding it. With the
 * device's own noise, an honest one fails once in 10^10 or more seldom.
 */
export function isProtected(contribution: IntegerContribution, protection: Protection): boolean {
  const { noiseSteps } = protection;
  const noiseNorm = noiseSteps * (Math.sqrt(contribution.length) + NOISE_NORM_MARGIN);
  return isBounded(contribution, boundSteps(protection) + (noiseSteps > 0 ? noiseNorm : 0));
}

/** The norm of a standard normal vector passes sqrt(d) + t with a probability below exp(-t^2 / 2). */
const NOISE_NORM_MARGIN = 7;

function withFlag({ length, parts }: IntegerContribution, clipped: boolean, steps: number): IntegerContribution {
  const part = { offset: length, width: 1, rows: Int32Array.of(0), values: Int32Array.of(clipped ? -steps : steps) };
  return { length: length + 1, parts: [...parts, part] };
}

/** Dense: noise lies on every coordinate. What does not fit 32 bits is cut, which no privacy depends on. */
function withNoise({ length, parts }: IntegerContribution, noiseSteps: number, random: Random): IntegerContribution {
  const sum = new Float64Array(length);
  for (const { offset, width, rows, values } of parts) {
    for (let r = 0; r < rows.length; r++) {
      sum.set(values.subarray(r * width, (r + 1) * width), offset + rows[r]! * width);
    }
  }
  new DiscreteGaussianSampler(noiseSteps).addTo(sum, random);
  const noised = Int32Array.from(sum, value => Math.max(-MAX_INT32, Math.min(MAX_INT32, value)));
  return { length, parts: [{ offset: 0, width: length, rows: Int32Array.of(0), values: noised }] };
}

const MAX_INT32 = 2 ** 31 - 1;
