import { SettingsError } from '../../errors.ts';
import type { Strategy } from '../mechanism.ts';
import { checkParticipation, maxParticipations, type Participation } from '../participation.ts';
import { strategyCoefficients } from './strategy.ts';

/**
 * The largest squared L2 norm of C dx over all the ways in which one device can take part with contributions of norm 1,
 * exact to rounding: || sum_{i<k} (c shifted down by i minSeparation) ||^2, k being the most participations that fit.
 *
 * That early and dense pattern is the worst for coefficients that are not negative and do not increase (Kalinin and
 * Lampert 2024, arXiv 2405.13763, theorem 2): two columns' product is then largest where they are near and early, and
 * aligned contributions are worst where no product is negative. Columns of one device that do not overlap, or a single
 * one, need neither: each one's norm is largest early.
 *
 * @throws SettingsError where it would not be exact, and for a participation that cannot be.
 */
export function sensitivitySquared(strategy: Strategy, participation: Participation): number {
  const { steps, minSeparation } = participation;
  checkParticipation(participation);
  const coefficients = strategyCoefficients(strategy, steps);
  const count = Math.min(participation.maxParticipations, maxParticipations(steps, minSeparation));
  if (count > 1 && !vanishesFrom(coefficients, minSeparation) && !isNonIncreasing(coefficients)) {
    throw new SettingsError(
      "The strategy's sensitivity is known only for coefficients that are not negative and do not increase. " +
        'Choose such ones, or at most as many bands as minSeparation.',
    );
  }
  // Row t of the sum of shifted columns: c_t + c_{t-b} + ..., the last `count` of them.
  const rows = Float64Array.from(coefficients);
  let total = 0;
  for (let t = 0; t < steps; t++) {
    if (t >= minSeparation) rows[t]! += rows[t - minSeparation]!;
    const row = rows[t]! - (t >= count * minSeparation ? rows[t - count * minSeparation]! : 0);
    total += row * row;
  }
  return total;
}

function vanishesFrom(coefficients: Float64Array, index: number): boolean {
  return coefficients.subarray(index).every(value => value === 0);
}

function isNonIncreasing(coefficients: Float64Array): boolean {
  return coefficients.every((value, i) => value >= 0 && (i === 0 || value <= coefficients[i - 1]!));
}
