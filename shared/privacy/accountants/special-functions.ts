/** Nodes of the midpoint rule below, this far apart: its relative error is e^(-2 pi^2 / STEP^2) = 3e-18. */
const STEP = 0.7;
/** Squares of the nodes (n + 1/2) STEP, and exp(-node^2 / 2), down to where the weights stop counting. */
const SQUARED_NODES = Array.from({ length: 13 }, (_, n) => ((n + 0.5) * STEP) ** 2);
const WEIGHTS = SQUARED_NODES.map(square => Math.exp(-square / 2));

/**
 * exp(x^2 / 2) Phi(-x) for x >= 0, without underflow; relative error about 1e-15. The midpoint rule on
 * (x / pi) int exp(-s^2 / 2) / (s^2 + x^2) ds, plus the residue of the pole at s = i x while that is nearer than the
 * saddle (Hunter and Regan 1972, Math. Comp. 26).
 */
function scaledTail(x: number): number {
  if (x === Infinity) return 0;
  const square = x * x;
  let sum = 0;
  for (let n = WEIGHTS.length - 1; n >= 0; n--) sum += WEIGHTS[n]! / (SQUARED_NODES[n]! + square);
  const scale = (2 * Math.PI) / STEP;
  const residue = x < scale ? Math.exp(square / 2) / (1 + Math.exp(scale * x)) : 0;
  return (STEP / Math.PI) * x * sum + residue;
}

/** exp(-x^2 / 2) with a relative error of 1e-16: squaring in one step would lose digits in the tail. */
function gaussian(x: number): number {
  if (!Number.isFinite(x)) return 0;
  const high = Math.fround(x);
  return Math.exp((-high * high) / 2) * Math.exp((-(x - high) * (x + high)) / 2);
}

/** Phi(x), the standard normal's distribution function, to about 1e-15 relative in the lower tail too. */
export function normalCdf(x: number): number {
  const tail = gaussian(x) * scaledTail(Math.abs(x));
  return x < 0 ? tail : 1 - tail;
}

/** log Phi(x), finite for every finite x. */
export function logNormalCdf(x: number): number {
  return x < 0 ? (-x * x) / 2 + Math.log(scaledTail(-x)) : Math.log1p(-normalCdf(-x));
}

/** log(e^a + e^b). */
export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  if (!Number.isFinite(high)) return high;
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** log(e^a - e^b); NaN if a < b. */
export function logSubExp(a: number, b: number): number {
  if (b === -Infinity) return a;
  return a + log1mExp(b - a);
}

/** log(1 - e^x) for x <= 0. */
export function log1mExp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/** The logarithm of the sum of e^x over all x; -Infinity for none. */
export function logSumExp(exponents: ArrayLike<number>): number {
  let high = -Infinity;
  for (let k = 0; k < exponents.length; k++) high = Math.max(high, exponents[k]!);
  if (!Number.isFinite(high)) return high;
  let sum = 0;
  for (let k = 0; k < exponents.length; k++) sum += Math.exp(exponents[k]! - high);
  return high + Math.log(sum);
}

const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

/** log n! less Stirling's formula, for integers n > 0. */
export function stirlingError(n: number): number {
  if (n < 16) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - HALF_LOG_TWO_PI;
  }
  const inverse = 1 / (n * n);
  return (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / n;
}

/** log of "n choose k" for integers 0 <= k <= n; no digits cancel for large n (Loader 2000, "Fast and accurate ..."). */
export function logBinomial(n: number, k: number): number {
  const few = Math.min(k, n - k);
  const many = n - few;
  if (few === 0) return 0;
  const entropy = few * Math.log(n / few) + many * Math.log1p(few / many);
  const stirling = stirlingError(n) - stirlingError(few) - stirlingError(many);
  return entropy + stirling + Math.log(n / few / many) / 2 - HALF_LOG_TWO_PI;
}

/**
 * A root of a continuous function between two arguments where its signs differ, to `tolerance` relative (Brent 1973,
 * chapter 4); NaN if the signs are the same or a value is NaN. Infinite values are bisected away.
 */
export function brent(f: (x: number) => number, low: number, high: number, tolerance = 1e-15): number {
  let best = { x: high, y: f(high) };
  let other = { x: low, y: f(low) };
  if (!(Math.sign(best.y) * Math.sign(other.y) <= 0)) return NaN;
  let last = other;
  let step = best.x - other.x;
  let stepBefore = step;
  while (true) {
    if (Math.abs(other.y) < Math.abs(best.y)) {
      last = best;
      best = other;
      other = last;
    }
    const slack = 2 * Number.EPSILON * Math.abs(best.x) + (tolerance * Math.abs(best.x)) / 2 + Number.MIN_VALUE;
    const half = (other.x - best.x) / 2;
    if (best.y === 0 || Math.abs(half) <= slack) return best.x;
    const guess = interpolate(best, other, last);
    const acceptable =
      guess * Math.sign(half) > 0 && Math.abs(guess) < Math.min(1.5 * Math.abs(half), Math.abs(stepBefore) / 2);
    stepBefore = acceptable ? step : half;
    step = acceptable ? guess : half;
    last = best;
    const x = best.x + (Math.abs(step) > slack ? step : Math.sign(half) * slack);
    const y = f(x);
    if (Number.isNaN(y)) return NaN;
    if (Math.sign(y) === Math.sign(other.y)) {
      other = last;
      stepBefore = step = x - last.x;
    }
    best = { x, y };
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The step from `best` to where the inverse parabola (or the line, if two points coincide) through the points is zero. */
function interpolate(best: Point, other: Point, last: Point): number {
  if (last.y === other.y || last.y === best.y) return (best.y * (other.x - best.x)) / (best.y - other.y);
  const r = best.y / other.y;
  const s = best.y / last.y;
  const t = last.y / other.y;
  return (s * (t * (r - t) * (other.x - best.x) - (1 - r) * (best.x - last.x))) / ((t - 1) * (r - 1) * (s - 1));
}
