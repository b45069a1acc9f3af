import { describe, expect, it } from 'vitest';
import { ridgeProjection, wienerFilter } from '../../../../shared/learners/gram/denoise.ts';
import {
  gaussianSolve,
  identity,
  largestDifference,
  matrixOf,
  product,
  randomSpd,
  randomSymmetric,
} from '../../linear-algebra/matrices.ts';

const ORDER = 5;
const kernel = randomSpd(ORDER);
const emptied = (matrix: Float64Array) => matrix.map((value, at) => (at % (ORDER + 1) === 0 ? 0 : value));
const gram = emptied(randomSymmetric(ORDER, 'gram'));
const energy = gram.reduce((sum, value) => sum + value * value, 0);
const trace = [...Array(ORDER).keys()].reduce((sum, k) => sum + kernel[k * (ORDER + 1)]!, 0);

/** The posterior mean of a Gaussian process with covariance `scale` K x K, as one system of order^2 equations. */
function posteriorMean(scale: number, noiseVariance: number): Float64Array {
  const pairs = ORDER * ORDER;
  const covariance = matrixOf(pairs, (p, q) => {
    const rows = kernel[Math.floor(p / ORDER) * ORDER + Math.floor(q / ORDER)]!;
    return scale * rows * kernel[(p % ORDER) * ORDER + (q % ORDER)]!;
  });
  const noisy = matrixOf(pairs, (p, q) => covariance[p * pairs + q]! + (p === q ? noiseVariance : 0));
  return product(covariance, gaussianSolve(noisy, pairs, gram), pairs);
}

describe('wienerFilter', () => {
  it.each([0.1, 0.37, 0.9])('is the posterior mean, with noise of %d times the energy', share => {
    const deviation = Math.sqrt((share * energy) / (ORDER * (ORDER - 1)));
    const scale = ((1 - share) * energy) / trace ** 2;
    const expected = posteriorMean(scale, deviation ** 2);
    expect(largestDifference(wienerFilter(gram, kernel, ORDER, deviation), expected)).toBeLessThan(1e-8);
  });

  it('leaves a matrix without noise alone', () => {
    expect(wienerFilter(gram, kernel, ORDER, 0)).toEqual(gram);
  });

  it('all but silences a matrix that may be noise alone', () => {
    const filtered = wienerFilter(gram, kernel, ORDER, 10 * Math.sqrt(energy));
    expect(Math.hypot(...filtered)).toBeLessThan(0.001 * Math.sqrt(energy));
  });
});

describe('ridgeProjection', () => {
  it.each([0.3, 4, Math.PI * 100])('is G (G + ridge)^-1 of a Gram matrix, with a ridge of %d', ridge => {
    const ridged = matrixOf(ORDER, (row, column) => kernel[row * ORDER + column]! + (row === column ? ridge : 0));
    const expected = product(kernel, gaussianSolve(ridged, ORDER, identity(ORDER)), ORDER);
    expect(largestDifference(ridgeProjection(kernel, ORDER, ridge), expected)).toBeLessThan(1e-9);
  });

  it('leaves out what noise has made negative', () => {
    const matrix = matrixOf(2, (row, column) => (row === column ? 0 : 3));
    expect(largestDifference(ridgeProjection(matrix, 2, 1), [0.375, 0.375, 0.375, 0.375])).toBeLessThan(1e-12);
    const negative = randomSpd(ORDER).map(value => -value);
    expect(ridgeProjection(negative, ORDER, 1).every(value => value === 0)).toBe(true);
  });
});
