import { householderEigen } from '../../linear-algebra/householder-eigen.ts';
import { squareProduct, symmetricProduct, transpose } from '../../linear-algebra/square-product.ts';

/** However the noise falls, so much of the sum's energy is taken for signal. */
const SMALLEST_SIGNAL = 0.02;

/** The energy (sum of squares) of the signal in a symmetric matrix with an empty diagonal and noise of that deviation. */
function signalEnergy(gram: Float64Array, order: number, noiseDeviation: number): number {
  const energy = gram.reduce((sum, value) => sum + value * value, 0);
  return Math.max(energy - noiseDeviation ** 2 * order * (order - 1), SMALLEST_SIGNAL * energy);
}

/**
 * The Wiener filter of a noisy symmetric matrix G, given which items ought to behave alike: if G is a Gaussian process
 * over pairs with covariance `kernel` x `kernel` (Rasmussen and Williams 2006, section 2.2), its posterior mean scales
 * element (a, b) of G in the kernel's eigenbasis by v / (v + noise variance), v in proportion to the product of the
 * eigenvalues. The proportion is such that all v together are the energy of the signal: the noise is known, so nothing
 * has to be guessed. Without noise G comes back as it is.
 */
export function wienerFilter(
  gram: Float64Array,
  kernel: Float64Array,
  order: number,
  noiseDeviation: number,
): Float64Array {
  if (noiseDeviation === 0) return gram;
  const { values, vectors } = householderEigen(kernel, order);
  const rows = transpose(vectors, order);
  const variances = values.map(value => Math.max(0, value));
  const trace = variances.reduce((sum, value) => sum + value, 0);
  const scale = signalEnergy(gram, order, noiseDeviation) / trace ** 2;
  const rotated = symmetricProduct(squareProduct(rows, gram, order), vectors, order);
  for (let a = 0, at = 0; a < order; a++) {
    for (let b = 0; b < order; b++, at++) {
      const variance = scale * variances[a]! * variances[b]!;
      rotated[at]! *= variance / (variance + noiseDeviation ** 2);
    }
  }
  return symmetricProduct(squareProduct(vectors, rotated, order), rows, order);
}

/**
 * G+ (G+ + ridge I)^-1 of a symmetric matrix G, G+ being its positive part: what a Gram matrix can be. Off the diagonal
 * these are EASE's weights but for a scale an item.
 */
export function ridgeProjection(gram: Float64Array, order: number, ridge: number): Float64Array {
  const { values, vectors } = householderEigen(gram, order);
  const scales = values.map(value => Math.max(0, value) / (Math.max(0, value) + ridge));
  const scaled = vectors.map((value, at) => value * scales[at % order]!);
  return symmetricProduct(scaled, transpose(vectors, order), order);
}
