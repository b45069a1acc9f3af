import type { Adjacency, Mechanism } from '../../mechanism.ts';
import { composedCurve } from './compose.ts';
import { type Curve, epsilonOfCurve } from './curve.ts';
import type { Direction } from './losses.ts';
import { releasesOf } from './releases.ts';

/**
 * The epsilon of a mechanism at 0 < delta < 1 by privacy loss distributions: never below the truth, above it by some
 * 1e-4 relative, more only beyond about 10^6 steps. Infinity where there is none, or where the numbers fail.
 *
 * @throws UnsupportedMechanismError where no dominating pair is known.
 */
export function pldEpsilon(mechanism: Mechanism, delta: number, adjacency: Adjacency): number {
  const epsilons = directionsOf(mechanism, adjacency).map(directions =>
    epsilonOfCurve(curveOf(directions, delta), delta),
  );
  const epsilon = Math.max(0, ...epsilons);
  return Number.isNaN(epsilon) ? Infinity : epsilon;
}

/** The delta of a mechanism at epsilon >= 0, as above; 1 where the numbers fail. */
export function pldDelta(mechanism: Mechanism, epsilon: number, adjacency: Adjacency): number {
  let worst = 0;
  for (const directions of directionsOf(mechanism, adjacency)) {
    worst = Math.max(worst, deltaOf(directions, epsilon, worst));
  }
  return Number.isNaN(worst) ? 1 : worst;
}

/** Where a search for an unknown delta starts, and how often it may aim anew. */
const AIM = { first: 1e-6, most: 10 };

/** Any aim gives an upper bound; one near the answer, a good one. It need not be good below `enough`. */
function deltaOf(directions: readonly Direction[], epsilon: number, enough: number): number {
  let best = 1;
  let aim = AIM.first;
  for (let k = 0; k < AIM.most; k++) {
    const delta = curveOf(directions, aim).delta(epsilon);
    best = Math.min(best, delta);
    if (!(delta > enough) || (delta > aim / 10 && delta < aim * 10)) break;
    aim = Math.min(0.5, delta);
  }
  return best;
}

/** A composed curve has its digits near `delta`. */
function curveOf(directions: readonly Direction[], delta: number): Curve {
  const [only] = directions;
  return directions.length === 1 && only!.count === 1 ? only!.above : composedCurve(directions, delta);
}

/** The removal of a user and the addition, which are composed apart; only one of them where they are the same. */
function directionsOf(mechanism: Mechanism, adjacency: Adjacency): Direction[][] {
  const releases = releasesOf(mechanism, adjacency).filter(({ pair }) => pair.remove.delta(0) > 0);
  const removals = releases.map(({ pair, count }): Direction => ({ above: pair.remove, below: pair.add, count }));
  const additions = releases.map(({ pair, count }): Direction => ({ above: pair.add, below: pair.remove, count }));
  if (releases.length === 0) return [];
  return releases.every(({ pair }) => pair.remove === pair.add) ? [removals] : [removals, additions];
}
