import { convolve } from './convolve.ts';
import { type Curve, epsilonOfCurve } from './curve.ts';
import { GridCurve } from './grid-curve.ts';
import { connectTheDots, type Direction, logMoment, uniformGrid } from './losses.ts';
import { type Plan, planOf } from './plan.ts';

/**
 * The hockey-stick curve of all releases together, as it is or a little above: their losses add up, so their
 * distributions, on one grid, are convolved by Fourier transforms (Koskela, Jalko and Honkela 2020, arXiv 1906.03049).
 *
 * Each is tilted first, so that rounding is relative to the `delta` aimed at, however small it is. What the transform
 * wraps around its window, Chernoff's bound of what lies above that, and the rounding are added, never taken away.
 */
export function composedCurve(directions: readonly Direction[], delta: number): Curve {
  const plan = planOf(directions, delta);
  const curve = curveBy(plan, directions);
  const steepness = Math.LN2 / (epsilonOfCurve(curve, delta / 2) - epsilonOfCurve(curve, delta));
  if (!Number.isFinite(steepness)) return curve;
  const finer = planOf(directions, delta, steepness);
  return finer.interval < plan.interval / 2 ? curveBy(finer, directions) : curve;
}

function curveBy(plan: Plan, directions: readonly Direction[]): Curve {
  const { interval, order } = plan;
  const releases = directions.map((direction, k) => {
    const losses = connectTheDots(direction, uniformGrid(plan.ranges[k]!, interval));
    const first = Math.round(losses.values[0]! / interval);
    const logMomentAt = logMoment(losses);
    return { losses, first, count: direction.count, logMomentAt, moment: logMomentAt(order) };
  });
  const total = (of: (release: (typeof releases)[number]) => number) =>
    releases.reduce((sum, release) => sum + release.count * of(release), 0);

  const lowest = total(({ first }) => first);
  const highest = total(({ first, losses }) => first + losses.values.length - 1);
  const last = Math.max(0, Math.min(highest, Math.ceil(plan.high / interval)));
  const first = Math.min(last, Math.max(lowest, Math.floor(plan.low / interval)));
  const factors = releases.map(({ losses, moment, ...release }) => ({
    ...release,
    masses: losses.masses.map((mass, k) => mass * Math.exp(order * losses.values[k]! - moment)),
  }));

  // Of exponents, each to the power of its count.
  const rounding = total(
    ({ losses, moment }) => 8 + Math.abs(moment) + order * Math.max(losses.values.at(-1)!, -losses.values[0]!),
  );
  const logMoments = total(({ moment }) => moment) + Number.EPSILON * (rounding + order * last * interval);
  const infinite = -Math.expm1(total(({ losses }) => Math.log1p(-losses.infinite)));
  const logAbove = total(({ logMomentAt }) => logMomentAt(plan.highOrder)) - plan.highOrder * last * interval;
  const above = last === highest ? 0 : Math.exp(logAbove);
  return new GridCurve({
    masses: convolve(factors, first, last),
    first,
    interval,
    order,
    logMoment: logMoments,
    beyond: infinite + above,
  });
}
