import type { Strategy } from '../mechanism.ts';
import { inverseCoefficients } from './strategy.ts';

/** Squared errors of the prefix sums x_1 + ... + x_t for encoded noise of variance 1: over t, the mean and the largest. */
export interface StrategyError {
  readonly mean: number;
  readonly max: number;
}

/** The rows of B = A C^-1 are the running sums of C^-1's first column: row t's squared norm is the error of sum t. */
export function strategyError(strategy: Strategy, steps: number): StrategyError {
  let prefix = 0;
  let error = 0;
  let total = 0;
  for (const value of inverseCoefficients(strategy, steps)) {
    prefix += value;
    error += prefix * prefix;
    total += error;
  }
  return { mean: total / steps, max: error };
}
