import { brent, logAddExp, logNormalCdf, logSubExp } from '../accountants/special-functions.ts';

export interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The smallest epsilon at which two normal distributions are (epsilon, delta) indistinguishable, either way round. An
 * estimate of epsilon in federated learning fits one to the scores of canaries that took part, the other being what unseen
 * canaries would score (Andrew et al. 2023, arXiv 2302.03098).
 */
export function twoNormalsEpsilon(a: Normal, b: Normal, delta: number): number {
  return Math.max(oneWayEpsilon(a, b, delta), oneWayEpsilon(b, a, delta));
}

function oneWayEpsilon(p: Normal, q: Normal, delta: number): number {
  const distance = (p.mean - q.mean) / q.deviation;
  const ratio = p.deviation / q.deviation;
  const excess = (epsilon: number) => {
    const logDelta = logDivergence(distance, ratio, epsilon);
    // What is left of two numbers that are equal but for rounding may be negative.
    return Number.isNaN(logDelta) ? -Infinity : logDelta - Math.log(delta);
  };
  if (!(excess(0) > 0)) return 0;
  let high = 1;
  while (excess(high) > 0) high *= 2;
  return brent(excess, 0, high, 1e-13);
}

/**
 * log of the hockey-stick divergence P(A) - e^epsilon Q(A) of P = N(distance, ratio^2) from Q = N(0, 1), where A is where
 * the density of P is more than e^epsilon times that of Q: a quadratic inequality a x^2 + b x + c > 0.
 */
function logDivergence(distance: number, ratio: number, epsilon: number): number {
  const a = (1 - ratio ** -2) / 2;
  const b = distance / ratio ** 2;
  const c = -Math.log(ratio) - (distance / ratio) ** 2 / 2 - epsilon;
  const discriminant = b * b - 4 * a * c;
  if (a === 0 ? b === 0 : discriminant <= 0) return -Infinity;
  const difference = (logProbability: (standardised: (x: number) => number) => number) =>
    logSubExp(
      logProbability(x => (x - distance) / ratio),
      epsilon + logProbability(x => x),
    );
  if (a === 0) return difference(at => logNormalCdf(-Math.sign(b) * at(-c / b)));
  // No digits cancel in the root of larger size; the other follows from their product.
  const large = -(b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  const low = Math.min(large / a, c / large);
  const high = Math.max(large / a, c / large);
  return a > 0
    ? difference(at => logAddExp(logNormalCdf(at(low)), logNormalCdf(-at(high))))
    : difference(at => logBetween(at(low), at(high)));
}

/** log(Phi(high) - Phi(low)), from the side where both are small. */
function logBetween(low: number, high: number): number {
  return low > 0 ? logBetween(-high, -low) : logSubExp(logNormalCdf(high), logNormalCdf(low));
}
