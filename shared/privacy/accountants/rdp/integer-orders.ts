import type { RenyiCurve } from './convert.ts';

/** A divergence grows with its order, so the next integer's bounds it. */
export function atIntegers(curve: RenyiCurve): RenyiCurve {
  return order => curve(Math.ceil(order));
}

/** Between integer orders by the chord of (order - 1) x divergence, which is convex (Wang, Balle and Kasiviswanathan 2018, corollary 10). */
export function betweenIntegers(curve: RenyiCurve): RenyiCurve {
  const cumulant = (order: number): number => (order === 1 ? 0 : (order - 1) * curve(order));
  return order => {
    const below = Math.floor(order);
    const above = Math.ceil(order);
    if (below === above) return curve(order);
    return ((above - order) * cumulant(below) + (order - below) * cumulant(above)) / (order - 1);
  };
}

/** Evaluates each integer argument once. */
export function remembered(f: (order: number) => number): (order: number) => number {
  const values: number[] = [];
  return order => {
    const known = values[order];
    if (known !== undefined) return known;
    const value = f(order);
    values[order] = value;
    return value;
  };
}
