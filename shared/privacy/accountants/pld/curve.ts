/**
 * The hockey-stick divergence H(P, Q) = sup over events of P(E) - e^epsilon Q(E), as a function of epsilon >= 0: the
 * delta of one release in one direction. Never below the truth: what rounding may have lost is added.
 */
export interface Curve {
  delta(epsilon: number): number;
  /** The delta is 0 from this epsilon on; Infinity where the privacy loss has no bound. */
  readonly largestLoss: number;
}

/**
 * A pair of distributions P (with the user's data) and Q (without) that no two neighbouring inputs are easier to tell
 * apart than (Zhu, Dong and Wang 2022, arXiv 2106.08567): `remove` is H(P, Q) and `add` is H(Q, P). The two together fix
 * the privacy loss distribution, since H(P, Q) at -epsilon is 1 - e^-epsilon (1 - H(Q, P) at epsilon).
 */
export interface DominatingPair {
  readonly remove: Curve;
  readonly add: Curve;
}

/** Relative error allowed to a logarithm or an exponential. */
const ROUNDING = 4 * Number.EPSILON;

/** A bit above max(0, e^logP - e^(epsilon + logQ)), as much as rounding of the logarithms can take away. */
export function hockeyStick(logP: number, logQ: number, epsilon: number): number {
  if (logP === -Infinity) return 0;
  const logSubtrahend = epsilon + logQ;
  const share = logQ === -Infinity ? 1 : Math.max(0, -Math.expm1(logSubtrahend - logP));
  const digits = 1 + epsilon + Math.abs(logP) + (logQ === -Infinity ? 0 : Math.abs(logQ));
  return Math.exp(logP) * (share + ROUNDING * digits);
}

/** A mechanism whose two directions are alike. */
export function symmetric(curve: Curve): DominatingPair {
  return { remove: curve, add: curve };
}

/**
 * The pair of a mechanism that each user takes part in with probability `rate`: (1 - rate) Q + rate P and Q. It
 * dominates if the pair does (Zhu, Dong and Wang 2022, theorem 11), and both its curves follow from those of the pair by
 * collecting the terms in Q.
 */
export function poissonSampled({ remove, add }: DominatingPair, rate: number): DominatingPair {
  return {
    remove: {
      delta: epsilon => rate * remove.delta(lossBeforeSampling(epsilon, rate)),
      largestLoss: lossAfterSampling(remove.largestLoss, rate),
    },
    add: {
      delta(epsilon) {
        const share = rate - (1 - rate) * Math.expm1(epsilon);
        if (!(share > 0)) return 0;
        const rounding = 1 + (4 * ROUNDING * rate) / share;
        return rounding * share * add.delta(Math.log1p(Math.expm1(epsilon) / share));
      },
      largestLoss: -Math.log1p(rate * Math.expm1(-add.largestLoss)),
    },
  };
}

/** log(1 + (e^loss - 1) / rate), and its inverse. */
function lossBeforeSampling(loss: number, rate: number): number {
  if (loss < 1) return Math.log1p(Math.expm1(loss) / rate);
  return loss - Math.log(rate) + Math.log1p((rate - 1) * Math.exp(-loss));
}

function lossAfterSampling(loss: number, rate: number): number {
  if (loss < 1) return Math.log1p(rate * Math.expm1(loss));
  return loss + Math.log(rate + (1 - rate) * Math.exp(-loss));
}

/** One of two mechanisms, the first with probability `weight`, and it is told which one it was. */
export function mixture(weight: number, first: DominatingPair, second: DominatingPair): DominatingPair {
  const mix = (a: Curve, b: Curve): Curve => ({
    delta: epsilon => weight * a.delta(epsilon) + (1 - weight) * b.delta(epsilon),
    largestLoss: Math.max(a.largestLoss, b.largestLoss),
  });
  return { remove: mix(first.remove, second.remove), add: mix(first.add, second.add) };
}

/** An epsilon at which the delta is at most `delta`, the smallest one to within rounding; Infinity if there is none. */
export function epsilonOfCurve(curve: Curve, delta: number): number {
  if (curve.delta(0) <= delta) return 0;
  let low = 0;
  let high = Math.min(1, curve.largestLoss);
  while (high < curve.largestLoss && !(curve.delta(high) <= delta)) {
    low = high;
    high = Math.min(2 * high, curve.largestLoss);
  }
  if (high === Infinity) return Infinity;
  while (high - low > 2 * Number.EPSILON * high) {
    const middle = (low + high) / 2;
    if (curve.delta(middle) <= delta) high = middle;
    else low = middle;
  }
  return high;
}
