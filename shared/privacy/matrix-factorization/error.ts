import type { Strategy } from '../mechanism.ts';
import { strategyCoefficients } from './strategy.ts';

/** Squared errors of the prefix sums x_1 + ... + x_t for encoded noise of variance 1: over t, the mean and the largest. */
export interface StrategyError {
  readonly mean: number;
  readonly max: number;
}

/** The first column of C^-1: how the noise of a step is taken back in the steps after it. */
export function inverseCoefficients(strategy: Strategy, steps: number): Float64Array {
  if (strategy.type === 'blt') return inverseBuffered(strategy.decays, strategy.scales, steps);
  const coefficients = strategyCoefficients(strategy, steps);
  const inverse = new Float64Array(steps);
  inverse[0] = 1 / coefficients[0]!;
  for (let t = 1; t < steps; t++) {
    let sum = 0;
    for (let i = 1; i <= t; i++) sum += coefficients[i]! * inverse[t - i]!;
    inverse[t] = -sum / coefficients[0]!;
  }
  return inverse;
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

/** Solves C y = (1, 0, 0, ...) with one number a buffer: steps x buffers operations. */
function inverseBuffered(decays: readonly number[], scales: readonly number[], steps: number): Float64Array {
  const inverse = new Float64Array(steps);
  const buffers = new Float64Array(decays.length);
  for (let t = 0; t < steps; t++) {
    let value = t === 0 ? 1 : 0;
    for (let j = 0; j < buffers.length; j++) value -= scales[j]! * buffers[j]!;
    for (let j = 0; j < buffers.length; j++) buffers[j] = decays[j]! * buffers[j]! + value;
    inverse[t] = value;
  }
  return inverse;
}
