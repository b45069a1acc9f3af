/**
 * The largest L2 norm of a vector after conditional stochastic rounding to integers: before it at most `clipInSteps` in
 * `dimension` coordinates; a rounding that ends above is drawn again, which a fraction of at most `beta` of roundings does
 * (Kairouz, Liu and Steinke 2021, arXiv 2102.06387, theorem 1). beta = 0: never drawn again.
 */
export function roundedL2Norm(clipInSteps: number, dimension: number, beta: number): number {
  const worst = clipInSteps + Math.sqrt(dimension);
  if (beta === 0) return worst;
  const likely = Math.sqrt(2 * Math.log(1 / beta)) * (clipInSteps + Math.sqrt(dimension) / 2);
  return Math.min(worst, Math.sqrt(clipInSteps ** 2 + dimension / 4 + likely));
}

/** The largest L1 norm of an integer vector of that L2 norm: no coordinate exceeds its own square. */
export function integerL1Norm(l2Norm: number, dimension: number): number {
  return l2Norm * Math.min(Math.sqrt(dimension), l2Norm);
}
