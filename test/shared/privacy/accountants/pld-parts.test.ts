import { describe, expect, test } from 'vitest';
import { binomialUpperTail } from '../../../../shared/privacy/accountants/pld/binomial.ts';
import { convolve } from '../../../../shared/privacy/accountants/pld/convolve.ts';
import { type Curve, mixture, poissonSampled, symmetric } from '../../../../shared/privacy/accountants/pld/curve.ts';
import { RealFft } from '../../../../shared/privacy/accountants/pld/fft.ts';
import { connectTheDots } from '../../../../shared/privacy/accountants/pld/losses.ts';
import {
  discreteGaussianCurve,
  discreteLaplaceCurve,
  gaussianCurve,
  laplaceCurve,
  randomizedResponseOrUniform,
  sampledGaussianReplacedCurve,
} from '../../../../shared/privacy/accountants/pld/mechanism-curves.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { integral, normal, relativeError } from './reference.ts';

const SEED = 20260;

describe('curves against sums and integrals of what the likelihoods differ by', () => {
  const excess = (p: number, q: number, epsilon: number) => Math.max(0, p - Math.exp(epsilon) * q);
  const sumOver = (p: (x: number) => number, q: (x: number) => number, epsilon: number): number => {
    let sum = 0;
    for (let x = -400; x <= 400; x++) sum += excess(p(x), q(x), epsilon);
    return sum;
  };

  test.each([0, 0.31, 1.7])('discrete Gaussian at %d', epsilon => {
    const [sigma, distance] = [3.3, 4];
    const weight = (x: number) => Math.exp(-(x * x) / (2 * sigma * sigma));
    let total = 0;
    for (let x = -400; x <= 400; x++) total += weight(x);
    const delta = sumOver(
      x => weight(x) / total,
      x => weight(x - distance) / total,
      epsilon,
    );
    expect(relativeError(discreteGaussianCurve(sigma, distance).delta(epsilon), delta)).toBeLessThan(1e-13);
  });

  test.each([0, 0.31, 1.1])('discrete Laplace at %d', epsilon => {
    const [parameter, distance] = [0.4, 3];
    const weight = (x: number) => Math.tanh(parameter / 2) * Math.exp(-parameter * Math.abs(x));
    const delta = sumOver(weight, x => weight(x - distance), epsilon);
    expect(relativeError(discreteLaplaceCurve(parameter, distance).delta(epsilon), delta)).toBeLessThan(1e-13);
  });

  test.each([
    ['remove', 0.2],
    ['add', 0.1],
    ['remove', 0.03],
    ['add', 0.02],
  ] as const)('sampled Laplace, %s, at %d', (direction, epsilon) => {
    const [rate, scale] = [0.23, 1.4];
    const without = (x: number) => Math.exp(-Math.abs(x) / scale) / (2 * scale);
    const sampled = (x: number) => (1 - rate) * without(x) + rate * without(x - 1);
    const [p, q] = direction === 'remove' ? [sampled, without] : [without, sampled];
    const delta = integral(x => excess(p(x), q(x), epsilon), -60, 61, 242_000);
    const curve = poissonSampled(symmetric(laplaceCurve(scale)), rate)[direction];
    expect(relativeError(curve.delta(epsilon), delta)).toBeLessThan(1e-5);
  });

  test.each([0, 0.05, 1.3])('sampled Gaussian, replaced, at %d', epsilon => {
    const [rate, sigma] = [0.17, 0.9];
    const p = (x: number) => (1 - rate) * normal(x, 0, sigma) + rate * normal(x, -1, sigma);
    const delta = integral(x => excess(p(x), p(-x), epsilon), -12, 12, 400_000);
    expect(relativeError(sampledGaussianReplacedCurve(sigma, rate).delta(epsilon), delta)).toBeLessThan(1e-6);
  });

  test('randomized response against a uniform answer', () => {
    const [kept, other, buckets, epsilon] = [0.7, 0.1, 4, 0.6];
    const { remove, add } = randomizedResponseOrUniform(kept, other, buckets);
    expect(remove.delta(epsilon)).toBeCloseTo(kept - Math.exp(epsilon) / 4, 14);
    expect(add.delta(epsilon)).toBeCloseTo(3 * (1 / 4 - Math.exp(epsilon) * other), 14);
  });

  test('a discrete Gaussian is like the continuous one where sigma is large, on both sides of the threshold', () => {
    for (const sigma of [2 ** 14, 2 ** 14 + 1]) {
      const distance = 3 * 2 ** 13;
      for (const epsilon of [0, 1, 20]) {
        const delta = discreteGaussianCurve(sigma, distance).delta(epsilon);
        expect(relativeError(delta, gaussianCurve(distance / sigma).delta(epsilon))).toBeLessThan(2e-6);
      }
    }
  });

  test('a mixture’s delta is the mean', () => {
    const [a, b] = [gaussianCurve(1), laplaceCurve(2)];
    const { add } = mixture(0.3, symmetric(a), symmetric(b));
    expect(add.delta(0.4)).toBeCloseTo(0.3 * a.delta(0.4) + 0.7 * b.delta(0.4), 15);
  });
});

test('joined dots meet the curve at each loss and lie above it between', () => {
  const { remove, add } = poissonSampled(symmetric(gaussianCurve(1.3)), 0.2);
  const values = Float64Array.from({ length: 81 }, (_, k) => (k - 40) / 8);
  const { masses, infinite } = connectTheDots({ above: remove, below: add, count: 1 }, values);
  const joined = (epsilon: number) =>
    masses.reduce((sum, mass, k) => sum + mass * Math.max(0, -Math.expm1(epsilon - values[k]!)), infinite);
  expect(masses.reduce((sum, mass) => sum + mass, infinite)).toBeCloseTo(1, 12);
  for (const epsilon of [0, 0.125, 0.5, 2]) expect(joined(epsilon)).toBeCloseTo(remove.delta(epsilon), 12);
  for (const epsilon of [0.06, 0.3, 1.19]) expect(joined(epsilon)).toBeGreaterThan(remove.delta(epsilon));
});

test('the transform is the sum that defines it, and comes back', () => {
  const random = seededRandom(SEED, 'fft');
  for (const size of [4, 8, 64]) {
    const values = Float64Array.from({ length: size }, () => random.normal());
    const fft = new RealFft(size);
    const spectrum = fft.forward(values);
    for (let f = 0; f <= size / 2; f++) {
      const angle = (k: number) => (-2 * Math.PI * f * k) / size;
      expect(spectrum.real[f]).toBeCloseTo(
        values.reduce((sum, x, k) => sum + x * Math.cos(angle(k)), 0),
        12,
      );
      expect(spectrum.imaginary[f]).toBeCloseTo(
        values.reduce((sum, x, k) => sum + x * Math.sin(angle(k)), 0),
        12,
      );
    }
    for (const [k, value] of fft.inverse(spectrum).entries()) expect(value).toBeCloseTo(values[k]!, 13);
  }
});

test('a convolution is nowhere below the sum that defines it, and hardly above', () => {
  const first = Float64Array.of(0.2, 0.5, 0.3);
  const second = Float64Array.of(0.6, 0.4);
  const times = (a: Float64Array, b: Float64Array) => {
    const product = new Float64Array(a.length + b.length - 1);
    for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) product[i + j]! += a[i]! * b[j]!;
    return product;
  };
  const expected = times(times(times(first, first), first), times(second, second));
  const factors = [
    { masses: first, first: -1, count: 3 },
    { masses: second, first: 5, count: 2 },
  ];
  const found = convolve(factors, 7, 15);
  expect(found.length).toBe(expected.length);
  for (const [k, mass] of found.entries()) {
    expect(mass).toBeGreaterThanOrEqual(expected[k]!);
    expect(mass).toBeLessThan(expected[k]! + 1e-12);
  }
});

test.each([
  [0, 9, 0.3],
  [4, 9, 0.3],
  [9, 9, 0.3],
  [2, 9, 0.9],
  [10, 9, 0.3],
])('P[X >= %d] of %d trials at %d', (least, trials, rate) => {
  let tail = 0;
  for (let outcome = 0; outcome < 2 ** trials; outcome++) {
    const successes = outcome.toString(2).replaceAll('0', '').length;
    if (successes >= least) tail += rate ** successes * (1 - rate) ** (trials - successes);
  }
  const found = binomialUpperTail(least, trials, rate);
  expect(found).toBeCloseTo(tail, 12);
});

test('no curve underflows to 0 before its largest loss', () => {
  const curves: Curve[] = [gaussianCurve(0.3), poissonSampled(symmetric(gaussianCurve(3)), 1e-6).remove];
  for (const curve of curves) expect(curve.delta(5)).toBeGreaterThan(0);
});
