import { logAddExp, logNormalCdf } from '../special-functions.ts';
import { type Curve, type DominatingPair, hockeyStick } from './curve.ts';

/** N(0, 1) and N(mu, 1) (Balle and Wang 2018, arXiv 1805.06530, theorem 8). */
export function gaussianCurve(mu: number): Curve {
  return {
    delta(epsilon) {
      if (mu === Infinity) return 1;
      const middle = epsilon / mu;
      return hockeyStick(logNormalCdf(mu / 2 - middle), logNormalCdf(-mu / 2 - middle), epsilon);
    },
    largestLoss: Infinity,
  };
}

/** Laplace noise of scale `scale` on values 1 apart. */
export function laplaceCurve(scale: number): Curve {
  const largestLoss = 1 / scale;
  return { delta: epsilon => Math.max(0, -Math.expm1((epsilon - largestLoss) / 2)), largestLoss };
}

/** Noise on integers with P(x) proportional to exp(-parameter |x|), on values `distance` apart. */
export function discreteLaplaceCurve(parameter: number, distance: number): Curve {
  const tail = Math.log1p(Math.exp(-parameter));
  const largestLoss = parameter * distance;
  return {
    delta(epsilon) {
      if (epsilon >= largestLoss) return 0;
      // The loss is parameter (distance - 2 x) between the two centres.
      const last = Math.floor((distance - epsilon / parameter) / 2);
      const logP = Math.log1p(-Math.exp(-parameter * (last + 1) - tail));
      return hockeyStick(logP, -parameter * (distance - last) - tail, epsilon);
    },
    largestLoss,
  };
}

/** Beyond this the sums over integers and the integrals agree to 1e-8, far into the tails to 1e-6. */
const LARGEST_SUMMED_SIGMA = 2 ** 14;

/** Noise on integers with P(x) proportional to exp(-x^2 / (2 sigma^2)), on values `distance` apart. */
export function discreteGaussianCurve(sigma: number, distance: number): Curve {
  if (sigma > LARGEST_SUMMED_SIGMA) {
    const curve = gaussianCurve(distance / sigma);
    return { ...curve, delta: epsilon => (1 + 1e-6) * curve.delta(epsilon) };
  }
  // tails[n] is the sum of exp(-x^2 / (2 sigma^2)) over x >= n, up to where that underflows.
  const tails = new Float64Array(Math.ceil(38 * sigma) + 2);
  for (let n = tails.length - 2; n >= 0; n--) tails[n] = tails[n + 1]! + Math.exp(-((n / sigma) ** 2) / 2);
  const total = tails[0]! + tails[1]!;
  const logTail = (n: number) => Math.log((tails[n] ?? 0) / total);
  const logCdf = (x: number) => (x < 0 ? logTail(-x) : Math.log1p(-Math.exp(logTail(x + 1))));
  return {
    delta(epsilon) {
      // The loss at x is distance (distance - 2 x) / (2 sigma^2).
      const last = Math.floor(distance / 2 - (epsilon * sigma * sigma) / distance);
      return hockeyStick(logCdf(last), logCdf(last - distance), epsilon);
    },
    largestLoss: Infinity,
  };
}

/** The true value of two, and another one, told with the probabilities `kept` and `other`. */
export function randomizedResponseCurve(kept: number, other: number): Curve {
  const largestLoss = Math.log(kept / other);
  return { delta: epsilon => (epsilon < largestLoss ? kept * -Math.expm1(epsilon - largestLoss) : 0), largestLoss };
}

/** One value's randomized response (`kept` and `other` as above), against a uniform answer out of `buckets`. */
export function randomizedResponseOrUniform(kept: number, other: number, buckets: number): DominatingPair {
  const add = randomizedResponseCurve(1 / buckets, other);
  return {
    remove: randomizedResponseCurve(kept, 1 / buckets),
    add: { delta: epsilon => (buckets - 1) * add.delta(epsilon), largestLoss: add.largestLoss },
  };
}

/**
 * (1 - rate) N(0, sigma^2) + rate N(-1, sigma^2) and the same with +1: a contribution that is sampled and replaced.
 *
 * It dominates all pairs with a and b, of norm at most 1, in place of -1 and +1: collecting the common part (Balle,
 * Barthe and Gaboardi 2018, arXiv 1807.01647, theorem 2) leaves `rate` times the divergence, at a larger epsilon, of
 * N(a) from a mixture of N(0) and N(b), whose centres are at most 1 and 2 away from a. Such a divergence is largest
 * when the centres lie on one line, as far away as they may (Choquette-Choo et al. 2024, arXiv 2310.15526, section 4).
 */
export function sampledGaussianReplacedCurve(sigma: number, rate: number): Curve {
  const [logRate, logRest] = [Math.log(rate), Math.log1p(-rate)];
  const logMixture = (x: number, centre: number) =>
    logAddExp(logRest + logNormalCdf(x / sigma), logRate + logNormalCdf((x - centre) / sigma));
  return {
    delta(epsilon) {
      // The loss falls with x; where it is epsilon, e^(-x / sigma^2) solves a quadratic equation.
      const logSinh = epsilon / 2 + Math.log(-Math.expm1(-epsilon) / 2);
      const last = -(sigma ** 2) * (epsilon / 2 + asinhExp(logSinh + logRest - logRate + 0.5 / sigma ** 2));
      return hockeyStick(logMixture(last, -1), logMixture(last, 1), epsilon);
    },
    largestLoss: Infinity,
  };
}

/** asinh(e^x). */
function asinhExp(x: number): number {
  return x < 20 ? Math.asinh(Math.exp(x)) : x + Math.LN2;
}
