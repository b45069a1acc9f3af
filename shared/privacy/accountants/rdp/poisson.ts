import { log1mExp, logAddExp, logBinomial, logSumExp } from '../special-functions.ts';
import type { RenyiCurve } from './convert.ts';
import { atIntegers, betweenIntegers, remembered } from './integer-orders.ts';

/** Standard deviations beyond the outermost peak of an integrand where it stops counting: e^(-9^2 / 2) = 3e-18. */
const TAIL = 9;

/** With less noise than this quadrature takes too many steps for what epsilons above 10^3 are worth. */
const LEAST_NOISE_FOR_QUADRATURE = 0.02;

/**
 * Gaussian noise on a Poisson cohort, one user more or less (Mironov, Talwar and Zhang 2019, arXiv 1908.10530, section 3):
 * exactly, but for rounding. `noise` = standard deviation / sensitivity.
 */
export function poissonGaussianCurve(rate: number, noise: number): RenyiCurve {
  const atInteger = poissonIntegerCurve(rate, order => order / (2 * noise ** 2), 1);
  if (!(noise >= LEAST_NOISE_FOR_QUADRATURE)) return betweenIntegers(atInteger);
  return order => {
    if (Number.isInteger(order)) return atInteger(order);
    return logAddExp(0, logExcessMoment(order, rate, noise)) / (order - 1);
  };
}

/**
 * Any mechanism on a Poisson cohort, one user more or less, from its divergence at integer orders: Zhu and Wang 2019
 * (PMLR 97), theorem 5, and never more than without sampling.
 */
export function poissonCurve(rate: number, curve: RenyiCurve): RenyiCurve {
  const sampled = atIntegers(poissonIntegerCurve(rate, curve, 3));
  return order => Math.min(sampled(order), curve(order));
}

/**
 * At integer orders a: (1 - q)^(a-1) (1 + (a-1) q) + C(a, 2) (1 - q)^(a-2) q^2 e^D(2) + `factor` x the sum over k > 2 of
 * C(a, k) (1 - q)^(a-k) q^k e^((k-1) D(k)). Binomial probabilities add up to 1, which is taken off term by term, so
 * that small rates keep their digits.
 */
function poissonIntegerCurve(rate: number, curve: RenyiCurve, factor: 1 | 3): RenyiCurve {
  const cumulant = remembered(order => (order - 1) * curve(order));
  return order => {
    const terms: number[] = [];
    for (let k = 2; k <= order; k++) {
      const logProbability = logBinomial(order, k) + k * Math.log(rate) + (order - k) * Math.log1p(-rate);
      const exponent = cumulant(k) + (k === 2 ? 0 : Math.log(factor));
      terms.push(logProbability + exponent + log1mExp(-exponent));
    }
    return logAddExp(0, logSumExp(terms)) / (order - 1);
  };
}

/**
 * log(E[(1 + u)^a] - 1) with u = q (e^t - 1), t = (2x - 1) / (2 noise^2) and x normal with deviation `noise`. As E[u] = 0
 * the integrand may be (1 + u)^a - 1 - a u, which is never negative: nothing cancels, however small q. Trapezoids: the
 * integrand is analytic for |Im x| < pi noise^2, so that steps of noise^2 / 4 (noise / 2 for much noise) leave 1e-16.
 */
function logExcessMoment(order: number, rate: number, noise: number): number {
  const step = noise / Math.min(16, Math.max(2, 4 / noise));
  const from = -TAIL * noise;
  const count = Math.ceil((Math.max(2, order) + 2 * TAIL * noise) / step);
  const exponents = new Float64Array(count + 1);
  for (let k = 0; k <= count; k++) {
    const x = from + k * step;
    const t = (x - 0.5) / noise ** 2;
    exponents[k] = logExcess(order, rate, t) - (x / noise) ** 2 / 2;
  }
  return logSumExp(exponents) + Math.log(step / noise) - Math.log(2 * Math.PI) / 2;
}

/** log((1 + u)^a - 1 - a u) with u = q (e^t - 1), without overflow and without cancellation. */
function logExcess(order: number, rate: number, t: number): number {
  const u = rate * Math.expm1(t);
  if (order * Math.abs(u) < 0.01) return logExcessSeries(order, u);
  const log1pU = logAddExp(Math.log1p(-rate), Math.log(rate) + t);
  if (log1pU < 1) return Math.log(Math.expm1(order * log1pU) - order * Math.expm1(log1pU));
  const less = order * Math.exp((1 - order) * log1pU) - (order - 1) * Math.exp(-order * log1pU);
  return order * log1pU + Math.log1p(-less);
}

/** The binomial series from its square term on, to a relative 1e-16 for |a u| < 0.01. */
function logExcessSeries(order: number, u: number): number {
  let sum = 1;
  for (let k = 8; k > 2; k--) sum = 1 + ((order - k + 1) / k) * u * sum;
  return Math.log((order * (order - 1)) / 2) + 2 * Math.log(Math.abs(u)) + Math.log(sum);
}
