import { RealFft, type Spectrum } from './fft.ts';

/** Masses at indices `first`, `first` + 1, ..., convolved with themselves `count` times over. */
export interface Factor {
  readonly masses: Float64Array;
  readonly first: number;
  readonly count: number;
}

/**
 * At least the convolution of all factors (each of total mass 1) at the indices `first` to `last`: by a transform that
 * wraps what lies outside around, to which a bound of its rounding is added.
 */
export function convolve(factors: readonly Factor[], first: number, last: number): Float64Array {
  const size = 2 ** Math.max(2, Math.ceil(Math.log2(last - first + 1)));
  const fft = new RealFft(size);
  const { spectrum, rounding } = product(factors, fft);
  const around = fft.inverse(spectrum);
  return Float64Array.from(
    { length: last - first + 1 },
    (_, k) => Math.max(0, around[wrap(first + k, size)]!) + rounding,
  );
}

/** The index modulo the size, a power of two. */
function wrap(index: number, size: number): number {
  return index - size * Math.floor(index / size);
}

/** The product of powers of the factors' transforms, and what rounding can have moved a mass of its inverse by. */
function product(factors: readonly Factor[], fft: RealFft): { spectrum: Spectrum; rounding: number } {
  const length = fft.size / 2 + 1;
  const logMagnitude = new Float64Array(length);
  const phase = new Float64Array(length);
  /** log of the product of (magnitude + its error), and its relative change. */
  const logBound = new Float64Array(length);
  const change = new Float64Array(length);
  for (const { masses, first, count } of factors) {
    const vector = new Float64Array(fft.size);
    for (let k = 0; k < masses.length; k++) vector[wrap(first + k, fft.size)]! += masses[k]!;
    const { real, imaginary } = fft.forward(vector);
    for (let k = 0; k < length; k++) {
      const magnitude = Math.hypot(real[k]!, imaginary[k]!);
      logMagnitude[k]! += count * Math.log(magnitude);
      phase[k]! += count * Math.atan2(imaginary[k]!, real[k]!);
      logBound[k]! += count * Math.log(magnitude + fft.roundoff);
      change[k]! += count * (fft.roundoff / (magnitude + fft.roundoff) + 4 * Math.PI * Number.EPSILON);
    }
  }
  let rounding = 0;
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  for (let k = 0; k < length; k++) {
    const magnitude = Math.exp(logMagnitude[k]!);
    real[k] = magnitude * Math.cos(phase[k]!);
    imaginary[k] = magnitude * Math.sin(phase[k]!);
    const bound = Math.exp(logBound[k]!);
    rounding += 2 * bound * (change[k]! + fft.roundoff - 2 * Number.EPSILON * logBound[k]!);
  }
  return { spectrum: { real, imaginary }, rounding: rounding / fft.size };
}
