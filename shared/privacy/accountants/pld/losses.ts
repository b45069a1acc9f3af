import { logSumExp } from '../special-functions.ts';
import { type Curve, epsilonOfCurve } from './curve.ts';

/** A release seen in one direction, H(P, Q) and H(Q, P), and how often it is made. */
export interface Direction {
  readonly above: Curve;
  readonly below: Curve;
  readonly count: number;
}

/** A discrete privacy loss distribution: masses under P at rising losses, and the rest at infinity. */
export interface Losses {
  readonly values: Float64Array;
  readonly masses: Float64Array;
  readonly infinite: number;
}

/**
 * The privacy loss distribution on the given rising losses, 0 among them, that joins the dots: its hockey-stick curve is
 * the true one at these epsilons and linear in e^epsilon between, so it lies nowhere below (Doroshenko, Ghazi, Kamath,
 * Kumar and Manurangsi 2022, arXiv 2207.04380, section 4). The mass at a loss is e^loss times the change of slope there.
 *
 * The curve is taken apart into max(0, 1 - e^epsilon), whose only mass is 1 at 0, and a rest that vanishes at both ends
 * and so keeps its digits. A mass that rounding makes negative becomes 0, which raises the curve.
 */
export function connectTheDots({ above, below }: Direction, values: Float64Array): Losses {
  const rest = values.map(loss => (loss < 0 ? Math.exp(loss) * below.delta(-loss) : above.delta(loss)));
  const last = values.length - 1;
  const masses = values.map((loss, k) => {
    const before = k === 0 ? -rest[0]! : (rest[k - 1]! - rest[k]!) / -Math.expm1(values[k - 1]! - loss);
    const after = k === last ? 0 : (rest[k]! - rest[k + 1]!) / Math.expm1(values[k + 1]! - loss);
    return Math.max(0, before - after + (loss === 0 ? 1 : 0));
  });
  return { values, masses, infinite: Math.min(1, rest[last]!) };
}

/** Where losses lie: `low` <= 0 <= `high`. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Losses above are larger with a probability of about `negligible` and then count as infinite; those below count as
 * `low`, which raises the mean loss by about a share of `coarse` of the usual loss.
 */
export function rangeOf({ above, below }: Direction, negligible: number, coarse: number): Range {
  const underP: Curve = { ...below, delta: epsilon => Math.exp(-epsilon) * below.delta(epsilon) };
  return { low: -epsilonOfCurve(underP, coarse * below.delta(0)), high: epsilonOfCurve(above, negligible) };
}

/** Multiples of `interval`, 0 among them, that cover a range. */
export function uniformGrid({ low, high }: Range, interval: number): Float64Array {
  const first = Math.floor(low / interval);
  return Float64Array.from({ length: Math.ceil(high / interval) - first + 1 }, (_, k) => (first + k) * interval);
}

/** log E[e^(order loss)] of the finite losses by order: that times the Renyi divergence of order 1 + `order`. */
export function logMoment({ values, masses }: Losses): (order: number) => number {
  const logMasses = masses.map(Math.log);
  return order => logSumExp(logMasses.map((logMass, k) => logMass + order * values[k]!));
}

/** Of the finite losses. */
export function variance({ values, masses }: Losses): number {
  let [mean, square] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    mean += masses[k]! * values[k]!;
    square += masses[k]! * values[k]! ** 2;
  }
  return square - mean ** 2;
}
