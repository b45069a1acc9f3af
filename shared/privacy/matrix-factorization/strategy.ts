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
  if (!(scales.every(Number.isFinite) && decays.every(decay => decay >= 0 && decay <= 1))) {
    throw new SettingsError('A BLT has a decay or a scale out of range. Give decays from 0 to 1 and finite scales.');
  }
}
