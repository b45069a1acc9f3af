import type { Strategy } from '../mechanism.ts';
import { strategyCoefficients } from './strategy.ts';

/** What past noise the coming step takes back: c_1 r_{t-1} + c_2 r_{t-2} + ..., a vector a step. */
export interface NoiseMemory {
  /** Adds the sum to `target`. */
  recall(target: Float64Array): void;
  /** Takes in the step's noise, which the caller may change afterwards. */
  keep(noise: Float64Array): void;
}

export function memoryOf(strategy: Strategy, steps: number, length: number): NoiseMemory {
  return strategy.type === 'blt'
    ? new Buffers(strategy.decays, strategy.scales, length)
    : new Window(strategyCoefficients(strategy, steps));
}

/** Of coefficients that are sums of powers: a buffer each, in which all the past is weighted by its age. */
class Buffers implements NoiseMemory {
  readonly #decays: readonly number[];
  readonly #scales: readonly number[];
  readonly #buffers: readonly Float64Array[];

  constructor(decays: readonly number[], scales: readonly number[], length: number) {
    this.#decays = decays;
    this.#scales = scales;
    this.#buffers = decays.map(() => new Float64Array(length));
  }

  recall(target: Float64Array): void {
    for (const [j, buffer] of this.#buffers.entries()) addScaled(target, this.#scales[j]!, buffer);
  }

  keep(noise: Float64Array): void {
    for (const [j, buffer] of this.#buffers.entries()) {
      const decay = this.#decays[j]!;
      for (let k = 0; k < buffer.length; k++) buffer[k] = decay * buffer[k]! + noise[k]!;
    }
  }
}

/** Of any coefficients: the noise itself, as far back as one is not zero. */
class Window implements NoiseMemory {
  /** c_1, c_2, ... */
  readonly #coefficients: Float64Array;
  /** Newest first. */
  readonly #past: Float64Array[] = [];

  constructor(coefficients: Float64Array) {
    this.#coefficients = coefficients.subarray(1, coefficients.findLastIndex(value => value !== 0) + 1);
  }

  recall(target: Float64Array): void {
    for (const [i, noise] of this.#past.entries()) addScaled(target, this.#coefficients[i]!, noise);
  }

  keep(noise: Float64Array): void {
    this.#past.unshift(noise.slice());
    this.#past.length = Math.min(this.#past.length, this.#coefficients.length);
  }
}

function addScaled(target: Float64Array, scale: number, vector: Float64Array): void {
  for (let k = 0; k < target.length; k++) target[k]! += scale * vector[k]!;
}
