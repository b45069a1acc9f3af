import type { Catalogue } from '../../catalogue.ts';
import { power } from '../../power.ts';
import { ContentSimilarity } from './content.ts';
import { ridgeProjection, wienerFilter } from './denoise.ts';

/** The smallest popularity that counts, relative to the mean of the counted items. */
const RAREST = 0.02;
/** How far popularity tells how strongly an item varies, speaks for others, and is spoken for: an exponent. */
const POPULARITY = 0.25;
/** How much of an item's company is expected to be that of items alike; the rest is its own. */
const CONTENT_SHARE = 0.5;
/** The ridge, in contributions, and what it gains for each unit of the noise's deviation. */
const RIDGE = { least: 3, perDeviation: 8 };
/** What similarity of content counts for each unit of the lift, squared. */
const CONTENT = { perSquaredLift: 1.5e-4, most: 0.15 };

/**
 * The item-item weights B (row-major, items x items, an empty diagonal) from noisy pairs: B[i, j] is what having bought
 * item i adds to the score of item j. The noisy matrix passes a Wiener filter in which items that are alike in content
 * behave alike, then a ridge that grows with the noise; beside it, and alone for the items whose pairs were not counted,
 * content counts by itself, as much as the pairs say that it is worth. All of it reads the released sums and public data only.
 *
 * @param popularity by item, positive but for noise-free zeros.
 * @param counted the items that the rows of `pairs` stand for.
 * @param pairs symmetric (row-major, counted x counted), its diagonal empty.
 * @param noiseDeviation of each element of `pairs`.
 */
export function itemWeights(
  catalogue: Catalogue,
  popularity: Float32Array,
  counted: readonly number[],
  pairs: Float64Array,
  noiseDeviation: number,
): Float32Array {
  const order = counted.length;
  const content = new ContentSimilarity(catalogue);
  const mean = counted.reduce((sum, item) => sum + popularity[item]!, 0) / order;
  const relative = Float64Array.from(popularity, value => (mean > 0 ? Math.max(value / mean, RAREST) : 1));
  const alike = similarities(content, counted);
  const here = Float64Array.from(counted, item => relative[item]!);
  const filtered = wienerFilter(pairs, kernelOf(alike, here), order, noiseDeviation);
  const company = ridgeProjection(filtered, order, RIDGE.least + RIDGE.perDeviation * noiseDeviation);
  const lift = liftOf(pairs, alike, here);
  const contentWeight = Math.min(CONTENT.most, CONTENT.perSquaredLift * lift ** 2);
  const heard = relative.map(value => power(value, -POPULARITY));
  const size = catalogue.size;
  const weights = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = content.row(i);
    for (let j = 0; j < size; j++) weights[i * size + j] = (contentWeight * heard[i]! * row[j]!) / heard[j]!;
  }
  for (const [n, i] of counted.entries()) {
    for (const [m, j] of counted.entries()) {
      if (m !== n) weights[i * size + j]! += heard[i]! * company[n * order + m]!;
    }
  }
  return weights;
}

/** The similarities (row-major) of some items to each other; the diagonal is empty. */
function similarities(content: ContentSimilarity, items: readonly number[]): Float64Array {
  const matrix = new Float64Array(items.length ** 2);
  for (const [n, item] of items.entries()) {
    const row = content.row(item);
    for (const [m, other] of items.entries()) matrix[n * items.length + m] = row[other]!;
  }
  return matrix;
}

/** The covariance of items: partly that of their content, and larger for popular ones. */
function kernelOf(alike: Float64Array, popularity: Float64Array): Float64Array {
  const order = popularity.length;
  const scales = popularity.map(value => power(value, POPULARITY));
  return alike.map((similarity, at) => {
    const row = Math.floor(at / order);
    const column = at % order;
    return (row === column ? 1 : CONTENT_SHARE * similarity) * scales[row]! * scales[column]!;
  });
}

/**
 * How much more often two items are bought together for being wholly alike, in units of how often average ones are:
 * c / a of the least squares fit pairs = a p p^T + c similarity sqrt(p p^T) off the diagonal, p being the popularity. Sums
 * over all pairs, so the noise hardly touches it. Never below 0.
 */
function liftOf(pairs: Float64Array, alike: Float64Array, popularity: Float64Array): number {
  const order = popularity.length;
  let pp = 0;
  let pc = 0;
  let cc = 0;
  let pg = 0;
  let cg = 0;
  for (let row = 0, at = 0; row < order; row++) {
    for (let column = 0; column < order; column++, at++) {
      if (row === column) continue;
      const p = popularity[row]! * popularity[column]!;
      const c = alike[at]! * Math.sqrt(p);
      pp += p * p;
      pc += p * c;
      cc += c * c;
      pg += p * pairs[at]!;
      cg += c * pairs[at]!;
    }
  }
  // Both numerators of Cramer's rule; the determinant cancels, and is positive unless nothing is alike.
  const chance = pg * cc - cg * pc;
  const content = cg * pp - pg * pc;
  return chance > 0 && content > 0 ? content / chance : 0;
}
