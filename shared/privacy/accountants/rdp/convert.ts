/** The Renyi divergence between a mechanism's outcomes on neighbouring data, at any order above 1; never below the truth. */
export type RenyiCurve = (order: number) => number;

/** Dense where large epsilons are best and wide enough for the smallest; dp_accounting's, so that figures compare. */
export const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, k) => 1 + (k + 1) / 10),
  ...Array.from({ length: 53 }, (_, k) => 11 + k),
  128,
  256,
  512,
  1024,
];

/** Orders whose divergence is no number, or negative, count as failed and are left out. */
function usable(curve: RenyiCurve): { order: number; divergence: number }[] {
  return ORDERS.map(order => ({ order, divergence: curve(order) })).filter(({ divergence }) => divergence >= 0);
}

/** The smallest epsilon over `ORDERS` (Canonne, Kamath and Steinke 2020, arXiv 2004.00010, proposition 12). */
export function epsilonOfCurve(curve: RenyiCurve, delta: number): number {
  let best = Infinity;
  for (const { order, divergence } of usable(curve)) {
    if (totalVariation(divergence) <= delta) return 0;
    const epsilon = divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
    if (epsilon < best) best = epsilon;
  }
  return Math.max(0, best);
}

/** The smallest delta over `ORDERS`. */
export function deltaOfCurve(curve: RenyiCurve, epsilon: number): number {
  let best = 1;
  for (const { order, divergence } of usable(curve)) {
    const exponent = (order - 1) * (divergence - epsilon + Math.log1p(-1 / order)) - Math.log(order);
    const delta = Math.min(Math.exp(exponent), totalVariation(divergence));
    if (delta < best) best = delta;
  }
  return best;
}

/** delta at epsilon = 0 from the divergence of any order above 1 (Bretagnolle and Huber 1979). */
function totalVariation(divergence: number): number {
  return Math.sqrt(-Math.expm1(-divergence));
}
