import { log1mExp, logAddExp, logBinomial, logSumExp } from '../special-functions.ts';
import type { RenyiCurve } from './convert.ts';
import { betweenIntegers, remembered } from './integer-orders.ts';

/** Higher moments cost more quadrature than they gain. */
const MAX_MOMENT_ORDER = 256;

/**
 * A cohort of fixed size `rate` x population out of one that is known, one user replaced, from the divergence of the
 * mechanism on the cohort at integer orders (Wang, Balle and Kasiviswanathan 2018, arXiv 1808.00087, theorem 9); it can
 * exceed what holds without sampling. `noise`, if that mechanism is Gaussian: its standard deviation / sensitivity; then central
 * moments bound the terms better (theorem 27).
 */
export function withoutReplacementCurve(rate: number, curve: RenyiCurve, noise?: number): RenyiCurve {
  const logMoment = remembered(order => (noise === undefined ? Infinity : logCentralMoment(order, noise)));
  const logTermBound = (k: number, withMoments: boolean): number => {
    const plain = Math.LN2 + (k - 1) * curve(k);
    if (k === 2) return Math.min(plain, 2 * Math.LN2 + curve(2) + log1mExp(-curve(2)));
    if (!withMoments) return plain;
    const even = 2 * Math.floor(k / 2);
    return Math.min(plain, 2 * Math.LN2 + (logMoment(even) + logMoment(k % 2 === 0 ? even : even + 2)) / 2);
  };
  return betweenIntegers(order => {
    const terms: number[] = [];
    for (let k = 2; k <= order; k++) {
      terms.push(logBinomial(order, k) + k * Math.log(rate) + logTermBound(k, order <= MAX_MOMENT_ORDER));
    }
    return logAddExp(0, logSumExp(terms)) / (order - 1);
  });
}

/**
 * log E[(e^t - 1)^k] for even k, with t = (2x - 1) / (2 noise^2) and x normal with deviation `noise`; by trapezoids, as
 * the alternating sum of moments cancels. Infinity where 2 e^((k-1) D(k)) is the better bound for certain.
 */
function logCentralMoment(order: number, noise: number): number {
  if (order - 1 > noise ** 2 * Math.log(2 * order)) return Infinity;
  const step = noise / 4;
  const from = -noise * (Math.sqrt(order) + 9);
  const count = Math.ceil((order + 1 - 2 * from) / step);
  const exponents = new Float64Array(count + 1);
  for (let k = 0; k <= count; k++) {
    const x = from + k * step;
    const t = (x - 0.5) / noise ** 2;
    const logDifference = t > 0 ? t + log1mExp(-t) : log1mExp(t);
    exponents[k] = order * logDifference - (x / noise) ** 2 / 2;
  }
  return logSumExp(exponents) + Math.log(step / noise) - Math.log(2 * Math.PI) / 2;
}
