import type { RunCount } from '../../mechanism.ts';
import { expectedRuns } from '../selection-runs.ts';
import { logAddExp } from '../special-functions.ts';
import { ORDERS, type RenyiCurve } from './convert.ts';

/** What the charges below are rounded up by, relative: each is a handful of operations on doubles. */
const ROUNDING = 1 + 1e-12;

/**
 * The best of a random number of runs (Papernot and Steinke 2022, arXiv 2110.03620), by any total order of what runs give;
 * a coin of its own for each run makes an order of one that has ties. `run` is of a single one, in both directions; so is
 * `runDelta`, a delta at an epsilon.
 */
export function selectionCurve(run: RenyiCurve, runs: RunCount, runDelta: (epsilon: number) => number): RenyiCurve {
  return runs.type === 'poisson' ? poissonSelection(run, runs.mean, runDelta) : negativeBinomialSelection(run, runs);
}

/**
 * Theorem 2: D(a) + (1 + eta) ((1 - 1/b) D(b) + log(1 / gamma) / b) + log E[K] / (a - 1), true for every b >= 1, so that however well the
 * best b is found, the bound holds.
 */
function negativeBinomialSelection(
  run: RenyiCurve,
  runs: Extract<RunCount, { type: 'negative-binomial' }>,
): RenyiCurve {
  const { eta, gamma } = runs;
  const logInverse = -Math.log(gamma);
  const fixed = (1 + eta) * leastOverOrders(b => (1 - 1 / b) * run(b) + logInverse / b, logInverse);
  const logMean = Math.log(expectedRuns(runs));
  return order => run(order) + ROUNDING * (fixed + logMean / (order - 1));
}

/**
 * Theorem 6: D(a) + mean delta + log(mean) / (a - 1) with delta that of a run at epsilon = log(1 + 1 / (a - 1)). That is where there
 * was a run; of none at all the chance e^-mean is the same on all data, and adds to the moment e^((a - 1) D).
 */
function poissonSelection(run: RenyiCurve, mean: number, runDelta: (epsilon: number) => number): RenyiCurve {
  return order => {
    const delta = runDelta(-Math.log1p(-1 / order) / ROUNDING);
    const charge = ROUNDING * (order - 1) * mean * delta + Math.log(mean);
    return logAddExp(-mean, (order - 1) * run(order) + charge) / (order - 1);
  };
}

/** Steps of golden section between neighbouring orders: they leave a millionth of the way. */
const REFINEMENTS = 28;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The least of `f` at order 1, which is given, at all `ORDERS`, and then near the best of these. */
function leastOverOrders(f: (order: number) => number, atOne: number): number {
  const value = (order: number): number => {
    const height = f(order);
    return height >= 0 ? height : Infinity;
  };
  const values = ORDERS.map(value);
  const least = values.reduce((best, height, at) => (height < values[best]! ? at : best), 0);
  let [low, high] = [ORDERS[least - 1] ?? 1, ORDERS[least + 1] ?? ORDERS[least]!];
  let best = Math.min(atOne, values[least]!);
  for (let step = 0; step < REFINEMENTS; step++) {
    const [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    const [atLeft, atRight] = [value(left), value(right)];
    if (atLeft < atRight) high = right;
    else low = left;
    best = Math.min(best, atLeft, atRight);
  }
  return best;
}

/** Evaluates each order once. */
export function once(curve: RenyiCurve): RenyiCurve {
  const values = new Map<number, number>();
  return order => {
    const known = values.get(order);
    if (known !== undefined) return known;
    const value = curve(order);
    values.set(order, value);
    return value;
  };
}
