import type {
  Adjacency,
  DiscreteLaplace,
  DistributedDiscreteGaussian,
  RandomizedResponse,
  Skellam,
} from '../../mechanism.ts';
import { distributedDiscreteGaussianBounds } from '../distributed-discrete-gaussian.ts';
import { pureEpsilon, responseProbabilities } from '../pure.ts';
import { contributionsApart } from '../sensitivity.ts';
import { log1mExp, logAddExp, logSumExp } from '../special-functions.ts';
import type { RenyiCurve } from './convert.ts';
import { atIntegers } from './integer-orders.ts';

/** Of rho-zCDP, which Gaussian noise is exactly. */
export function concentratedCurve(rho: number): RenyiCurve {
  return order => rho * order;
}

/** Mironov 2017 (arXiv 1702.07476), proposition 6; `epsilon` = L1 sensitivity / scale. */
export function laplaceCurve(epsilon: number): RenyiCurve {
  return order => {
    const towards = Math.log(order / (2 * order - 1)) + (order - 1) * epsilon;
    const away = Math.log((order - 1) / (2 * order - 1)) - order * epsilon;
    return Math.max(0, logAddExp(towards, away) / (order - 1));
  };
}

/** The sum over all integers in closed form: two geometric tails, and one more series between the two centres. */
export function discreteLaplaceCurve(mechanism: DiscreteLaplace, adjacency: Adjacency): RenyiCurve {
  const a = mechanism.noiseParameter;
  const epsilon = pureEpsilon(mechanism, adjacency);
  // P(x) = normaliser e^(-a |x|), and a tail that starts at probability p sums to p / (1 - e^-a).
  const logTail = -log1mExp(-a);
  const logNormaliser = log1mExp(-a) - Math.log1p(Math.exp(-a));
  return order => {
    const decay = (2 * order - 1) * a;
    const span = (2 * order - 1) * epsilon;
    const between = span > decay ? log1mExp(decay - span) - decay - log1mExp(-decay) : -Infinity;
    return Math.max(0, epsilon + (logNormaliser + logSumExp([logTail, logTail - span, between])) / (order - 1));
  };
}

/** Between the answers of two users with different values; all other answers are as likely from either. */
export function randomizedResponseCurve(mechanism: RandomizedResponse, adjacency: Adjacency): RenyiCurve {
  const { told, other } = responseProbabilities(mechanism, adjacency);
  const [logTold, logOther] = [Math.log(told), Math.log(other)];
  const rest = Math.log((mechanism.buckets - 2) * other);
  return order => {
    const more = order * logTold + (1 - order) * logOther;
    const less = order * logOther + (1 - order) * logTold;
    return Math.max(0, logSumExp([more, less, rest]) / (order - 1));
  };
}

/** Agarwal, Kairouz and Liu 2021 (arXiv 2110.04995), theorem 3.5 and corollary: proved for integer orders. */
export function skellamCurve(mechanism: Skellam, adjacency: Adjacency): RenyiCurve {
  const { variance } = mechanism;
  const l1 = mechanism.l1Sensitivity * contributionsApart(adjacency);
  const l2Squared = (mechanism.l2Sensitivity * contributionsApart(adjacency)) ** 2;
  return atIntegers(order => {
    const correction = ((2 * order - 1) * l2Squared + 6 * l1) / (4 * variance ** 2);
    return (order * l2Squared) / (2 * variance) + Math.min(correction, (3 * l1) / (2 * variance));
  });
}

/** At integer orders only, as its authors account it: Poisson sampling of it needs those. `zcdp` takes all orders. */
export function distributedDiscreteGaussianCurve(
  mechanism: DistributedDiscreteGaussian,
  adjacency: Adjacency,
): RenyiCurve {
  const { rho, offset, offsetRho } = distributedDiscreteGaussianBounds(mechanism, adjacency);
  return atIntegers(order => Math.min(rho * order, offset + offsetRho * order));
}
