import { SettingsError } from '../../errors.ts';
import type { Strategy } from '../mechanism.ts';

/**
 * The first column of the strategy matrix C, `steps` entries: C is lower-triangular Toeplitz, so this is all of it.
 *
 * @throws SettingsError if the numbers that define the strategy are not those of an invertible matrix.
 */
export function strategyCoefficients(strategy: Strategy, steps: number): Float64Array {
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new SettingsError(`A mechanism cannot cover ${steps} steps. Give a positive integer.`);
  }
  const coefficients = new Float64Array(steps);
  switch (strategy.type) {
    case 'identity':
      coefficients[0] = 1;
      break;
    case 'toeplitz':
      coefficients[0] = 1;
      for (let i = 1; i < steps; i++) coefficients[i] = coefficients[i - 1]! * (1 - 0.5 / i);
      break;
    case 'banded':
      checkBands(strategy.coefficients);
      coefficients.set(strategy.coefficients.slice(0, steps));
      break;
    case 'blt':
      checkBuffers(strategy.decays, strategy.scales);
      fillBuffered(coefficients, strategy.decays, strategy.scales);
      break;
  }
  return coefficients;
}

/** The first column of C^-1: how the noise of a step is taken back in the steps after it. */
export function inverseCoefficients(strategy: Strategy, steps: number): Float64Array {
  if (strategy.type === 'blt') {
    checkBuffers(strategy.decays, strategy.scales);
    return inverseBuffered(strategy.decays, strategy.scales, steps);
  }
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

/** Rounding is monotone, so that decays up to 1 and positive scales give a tail that does not increase, to the bit. */
function fillBuffered(coefficients: Float64Array, decays: readonly number[], scales: readonly number[]): void {
  const terms = Float64Array.from(scales);
  coefficients[0] = 1;
  for (let i = 1; i < coefficients.length; i++) {
    let sum = 0;
    for (let j = 0; j < terms.length; j++) {
      sum += terms[j]!;
      terms[j]! *= decays[j]!;
    }
    coefficients[i] = sum;
  }
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

function checkBands(coefficients: readonly number[]): void {
  if (!(coefficients.every(Number.isFinite) && coefficients[0]! > 0)) {
    throw new SettingsError('A banded strategy needs finite coefficients. Let the first one be positive.');
  }
}

function checkBuffers(decays: readonly number[], scales: readonly number[]): void {
  if (decays.length !== scales.length) {
    throw new SettingsError(
      `A BLT has ${decays.length} decays and ${scales.length} scales. Give one of each a buffer.`,
    );
  }
  if (!(isWithin01(decays) && isWithin01(scales))) {
    throw new SettingsError('A BLT has a decay or a scale out of range. Give numbers from 0 to 1.');
  }
}

function isWithin01(values: readonly number[]): boolean {
  return values.every(value => value >= 0 && value <= 1);
}
