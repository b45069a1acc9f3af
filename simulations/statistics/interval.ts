import type { Resampled } from './resample.ts';
import { studentCdf } from './student.ts';

/**
 * A mean over seeds and users with its 95 % confidence interval: where the mean may lie for other users of the same kind
 * and other seeds. It is about this data set and these settings: it says nothing of other data sets, and nothing of
 * settings chosen by looking. With one seed it knows nothing of what another would have given.
 *
 * Two independent errors add up in it.
 *
 * *Users* are many, so theirs comes from the bootstrap: percentiles, since with hundreds of users what BCa corrects is
 * smaller than the error of the resampling itself.
 *
 * *Seeds* are few, three as a rule. Resampling them cannot work: no resample leaves the range of the three, which holds the
 * true mean in 1 - 2 / 2^3 = 75 % of studies. So theirs is Student's t with a degree of freedom less than there are seeds,
 * which takes the differences between seeds as normal.
 *
 * Both are crossed: each user is there in each seed (Owen 2007, The pigeonhole bootstrap). What is neither the user's nor
 * the seed's counts in both parts, so the interval is a little wide rather than a little narrow.
 */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const CONFIDENCE = 0.95;

/** Of a quality, which lies from 0 to 1: so do the limits. */
export function estimateOf(sample: Resampled): Estimate {
  const line = combination(sample, []);
  const { low, high } = limits(line.below(0), line.mean(0), line.width(0));
  return { mean: line.mean(0), low: Math.max(0, low), high: Math.min(1, high) };
}

/**
 * The sample less the baseline, on the same users: of the seeds that both have if these are two or more, else of all. A
 * baseline with one seed is taken as it is.
 */
export function differenceOf(sample: Resampled, baseline: Resampled): Estimate {
  const line = combination(sample, baseline);
  return { mean: line.mean(1), ...limits(line.below(1), line.mean(1), line.width(1)) };
}

/** The one quality over the other, by Fieller's argument: null where the baseline may as well be zero. */
export function ratioOf(sample: Resampled, baseline: Resampled): Estimate | null {
  const line = combination(sample, baseline);
  const divisor = line.mean(0) - line.mean(1);
  if (!(divisor > 0)) return null;
  const mean = line.mean(0) / divisor;
  // sample / baseline < ratio where sample - ratio x baseline < 0.
  const { low, high } = limits(ratio => line.below(ratio)(0), mean, line.width(mean) / divisor);
  return Number.isFinite(low) && Number.isFinite(high) ? { mean, low: Math.max(0, low), high } : null;
}

/** The distribution of sample - factor x baseline. */
interface Combination {
  mean(factor: number): number;
  /** The probability of less than a value. */
  below(factor: number): (value: number) => number;
  /** A length of the order of its spread; 0 if it has none. */
  width(factor: number): number;
}

function combination(sample: Resampled, baseline: Resampled): Combination {
  const [x, y] = paired(sample, baseline);
  const isPaired = x.length === y.length && x.every(({ seed }, at) => seed === y[at]!.seed);
  const degrees = Math.max(1, Math.min(...[x, y].filter(({ length }) => length > 1).map(({ length }) => length - 1)));
  const [drawsX, drawsY] = [meanDraws(x), meanDraws(y)];
  const drawsAt = (factor: number): Float64Array => {
    const draws = drawsX.slice();
    for (let n = 0; n < drawsY.length; n++) draws[n]! -= factor * drawsY[n]!;
    return draws;
  };
  /** Standard error over seeds. */
  const scaleOf = (factor: number): number =>
    isPaired
      ? standardError(x.map(({ mean }, at) => mean - factor * y[at]!.mean))
      : Math.hypot(standardError(means(x)), factor * standardError(means(y)));
  return {
    mean: factor => average(means(x)) - factor * average(means(y)),
    width: factor => {
      const draws = drawsAt(factor);
      return draws.reduce((a, b) => Math.max(a, b)) - draws.reduce((a, b) => Math.min(a, b)) + scaleOf(factor);
    },
    below: factor => {
      const scale = scaleOf(factor);
      const draws = drawsAt(factor);
      return value => {
        let sum = 0;
        for (let n = 0; n < draws.length; n++) sum += stepOrStudent(value - draws[n]!, scale, degrees);
        return sum / draws.length;
      };
    },
  };
}

function stepOrStudent(distance: number, scale: number, degrees: number): number {
  if (scale > 0) return studentCdf(distance / scale, degrees);
  return distance >= 0 ? 1 : 0;
}

/** Both without the seeds that one lacks, if two or more are left. */
function paired(x: Resampled, y: Resampled): [Resampled, Resampled] {
  const common = new Set(x.map(({ seed }) => seed).filter(seed => y.some(other => other.seed === seed)));
  if (common.size < 2) return [x, y];
  return [x.filter(({ seed }) => common.has(seed)), y.filter(({ seed }) => common.has(seed))];
}

/** Where the probability of less passes 2.5 and 97.5 %; infinite where it never does. */
function limits(below: (value: number) => number, mean: number, width: number): { low: number; high: number } {
  if (width === 0) return { low: mean, high: mean };
  const tail = (1 - CONFIDENCE) / 2;
  return { low: crossing(below, tail, mean, width), high: crossing(below, 1 - tail, mean, width) };
}

/** Doublings after which there is no crossing, and halvings after which it is exact. */
const STEPS = 50;

function crossing(below: (value: number) => number, probability: number, start: number, width: number): number {
  let [low, high] = [start, start];
  let step = width / 4;
  for (let n = 0; below(low) >= probability; n++, low -= step, step *= 2) if (n === STEPS) return -Infinity;
  step = width / 4;
  for (let n = 0; below(high) < probability; n++, high += step, step *= 2) if (n === STEPS) return Infinity;
  for (let n = 0; n < STEPS && high - low > 1e-6 * width; n++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function means(sample: Resampled): number[] {
  return sample.map(({ mean }) => mean);
}

function meanDraws(sample: Resampled): Float64Array {
  const total = new Float64Array(sample[0]?.draws.length ?? 0);
  for (const { draws } of sample) {
    for (let n = 0; n < draws.length; n++) total[n]! += draws[n]! / sample.length;
  }
  return total;
}

/** 0 of none. */
function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Of the mean; 0 of fewer than two, which do not tell. */
function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
