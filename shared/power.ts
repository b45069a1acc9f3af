/**
 * A number not below 0 to any power. `**` gives other last bits in Node 24 than in Node 20; exponential and logarithm give
 * the same, so that a seed fixes a run on both. Most exponents are 0, and powers are dear.
 */
export function power(base: number, exponent: number): number {
  return exponent === 0 ? 1 : Math.exp(exponent * Math.log(base));
}
