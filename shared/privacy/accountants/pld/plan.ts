import { power } from '../../../power.ts';
import { connectTheDots, type Direction, logMoment, type Range, rangeOf, variance } from './losses.ts';

/** How to compose: on which grid, and through which window. */
export interface Plan {
  /** The tilt: masses are multiplied by e^(order loss), so that losses near the aim become the likely ones. */
  readonly order: number;
  /** Of the grid of losses. */
  readonly interval: number;
  /** Of the losses of each release. */
  readonly ranges: readonly Range[];
  /** Between them lie nearly all sums of losses, once they are tilted. */
  readonly low: number;
  readonly high: number;
  /** An order at which Chernoff's bound of what lies above `high` is good. */
  readonly highOrder: number;
}

/** Points of one release's grid and of a transform, at most; beyond, grids become coarser, which raises the answer. */
const MOST_POINTS = { grid: 2 ** 18, transform: 2 ** 20 };
/** How much the grid may raise log delta: epsilon by less than 1e-4 of it. */
const GRID_TOLERANCE = 1e-3;
/** Probability that any release's loss passes its range, as a share of delta. */
const BEYOND_RANGE = 1e-6;
/** -log of the tilted probability on either side of the window. */
const BEYOND_WINDOW = 30;
/** A full tilt would also make rare large losses, which hardly matter, likely, and the window wide. */
const TILT = 0.7;
/** Near the smallest normal number: what no curve needs to tell from 0. */
const VANISHING = 1e-290;

/**
 * For a composed curve that has its digits where it falls to `delta`, there by a factor of e^-steepness over an epsilon
 * of 1, if that is known; rare large losses can hide it from moments. Only how near to the truth it is depends on the
 * plan, not on which side of it.
 */
export function planOf(directions: readonly Direction[], delta: number, steepness = 0): Plan {
  const steps = directions.reduce((sum, { count }) => sum + count, 0);
  const share = BEYOND_RANGE / steps;
  const ranges = directions.map(direction => rangeOf(direction, Math.max(VANISHING, share * delta), share));
  const look = firstLook(directions, ranges);
  const best = bestOrder(look, delta);

  // Joining dots h apart raises E[e^(order loss)] by at most order (order + 1) h^2 / 8 of it.
  const slope = Math.max(best, steepness);
  const fine = Math.sqrt((8 * GRID_TOLERANCE) / (steps * slope * (slope + 1)));
  const interval = Math.max(fine, ...ranges.map(({ low, high }) => (high - low) / MOST_POINTS.grid));
  // At higher orders the grid would tell moments apart from those looked at.
  const highest = 1 / (interval * Math.sqrt(steps));
  const order = Math.min(TILT * best, highest);

  // Chernoff's bounds of both tails of the tilted sum.
  const moment = look.logMoments(order);
  const edge = (side: 1 | -1) => {
    const distance = (x: number) => (look.logMoments(order + side * x) - moment + BEYOND_WINDOW) / x;
    return minimise(distance, 1e-2 / look.deviation, highest);
  };
  const [above, below] = [edge(1), edge(-1)];
  const [low, high] = [-below.value, above.value];
  const coarse = (high - low) / MOST_POINTS.transform;
  return { order, interval: Math.max(interval, coarse), ranges, low, high, highOrder: order + above.at };
}

/** Moments of the sum of all losses, to a few percent. */
interface FirstLook {
  readonly logMoments: (order: number) => number;
  readonly deviation: number;
}

function firstLook(directions: readonly Direction[], ranges: readonly Range[]): FirstLook {
  const parts = directions.map((direction, k) => {
    const losses = connectTheDots(direction, geometricGrid(direction, ranges[k]!));
    return { losses, count: direction.count, logMoment: logMoment(losses) };
  });
  return {
    logMoments: order => parts.reduce((sum, { count, logMoment }) => sum + count * logMoment(order), 0),
    deviation: Math.sqrt(parts.reduce((sum, { count, losses }) => sum + count * variance(losses), 0)),
  };
}

/** Points on each side of 0 of the grid below, and the smallest of them as a share of delta at 0, the usual loss. */
const SIDE = { points: 1000, smallest: 1e-2 };

/** Losses of all sizes. */
function geometricGrid({ above }: Direction, { low, high }: Range): Float64Array {
  const side = (largest: number) => {
    const ratio = Math.min(0.5, (SIDE.smallest * above.delta(0)) / largest);
    return Array.from({ length: SIDE.points }, (_, k) => largest * power(ratio, k / (SIDE.points - 1)));
  };
  return Float64Array.from([...side(-low).map(loss => -loss), 0, ...side(high).toReversed()]);
}

/** Where Canonne, Kamath and Steinke 2020, proposition 12, gives the smallest epsilon. */
function bestOrder({ logMoments, deviation }: FirstLook, delta: number): number {
  const epsilon = (x: number) => (logMoments(x) - Math.log(delta) - Math.log1p(x)) / x - Math.log1p(1 / x);
  return minimise(epsilon, 1e-2 / deviation, 1e7 / deviation).at;
}

interface Minimum {
  readonly at: number;
  readonly value: number;
}

/** Where a function of a positive argument with one minimum has it, to 1 % (golden section on the logarithm). */
function minimise(f: (x: number) => number, low: number, high: number): Minimum {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [Math.log(low), Math.log(high)];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [atC, atD] = [f(Math.exp(c)), f(Math.exp(d))];
  while (b - a > 0.01) {
    if (atC <= atD) {
      [b, d, atD] = [d, c, atC];
      c = b - ratio * (b - a);
      atC = f(Math.exp(c));
    } else {
      [a, c, atC] = [c, d, atD];
      d = a + ratio * (b - a);
      atD = f(Math.exp(d));
    }
  }
  return atC <= atD ? { at: Math.exp(c), value: atC } : { at: Math.exp(d), value: atD };
}
