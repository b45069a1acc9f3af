import { logNormalCdf } from '../accountants/special-functions.ts';

const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

/** The z at which the standard normal's distribution function is p, 0 <= p <= 1. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return -Infinity;
  const logP = Math.log(p);
  // Phi(z) <= e^(-z^2 / 2) / 2 for z <= 0: left of the root, from where Newton's steps on the concave log Phi never pass it.
  let z = -Math.sqrt(-2 * Math.log(2 * p));
  for (;;) {
    const logCdf = logNormalCdf(z);
    const step = (logP - logCdf) * Math.exp(logCdf + (z * z) / 2 + HALF_LOG_TWO_PI);
    z += step;
    if (!(step > 1e-15 * (1 - z))) return z;
  }
}
