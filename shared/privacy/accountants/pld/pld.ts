import type { Adjacency, Mechanism } from '../../mechanism.ts';
import { composedCurve } from './compose.ts';
import { type Curve, epsilonOfCurve } from './curve.ts';
import type { Direction } from './losses.ts';
import type { Aim } from './plan.ts';
import { releasesOf } from './releases.ts';

/**
 * The epsilon of a mechanism at 0 <= delta < 1 by privacy loss distributions: never below the truth, above it by some
 * 1e-5 relative. Infinity where there is none, or where the numbers fail.
 *
 * @throws UnsupportedMechanismError where no dominating pair is known.
 */
export function pldEpsilon(mechanism: Mechanism, delta: number, adjacency: Adjacency): number {
  const epsilons = curves(mechanism, adjacency, { delta }).map(curve => epsilonOfCurve(curve, delta));
  const epsilon = Math.max(0, ...epsilons);
  return Number.isNaN(epsilon) ? Infinity : epsilon;
}

/** The delta of a mechanism at epsilon >= 0, as above; 1 where the numbers fail. */
export function pldDelta(mechanism: Mechanism, epsilon: number, adjacency: Adjacency): number {
  const deltas = curves(mechanism, adjacency, { epsilon }).map(curve => curve.delta(epsilon));
  const delta = Math.max(0, ...deltas);
  return Number.isNaN(delta) ? 1 : Math.min(1, delta);
}

/** One for the removal of a user and one for the addition, composed apart; only one where they are the same. */
function curves(mechanism: Mechanism, adjacency: Adjacency, aim: Aim): Curve[] {
  const releases = releasesOf(mechanism, adjacency).filter(({ pair }) => pair.remove.delta(0) > 0);
  const removals = releases.map(({ pair, count }): Direction => ({ above: pair.remove, below: pair.add, count }));
  const additions = releases.map(({ pair, count }): Direction => ({ above: pair.add, below: pair.remove, count }));
  if (releases.length === 0) return [];
  const alike = releases.every(({ pair }) => pair.remove === pair.add);
  return (alike ? [removals] : [removals, additions]).map(directions => {
    const [only] = directions;
    return directions.length === 1 && only!.count === 1 ? only!.above : composedCurve(directions, aim);
  });
}
