import { describe, expect, test } from 'vitest';
import { normalCdf } from '../../../../shared/privacy/accountants/special-functions.ts';
import { DiscreteGaussianSampler } from '../../../../shared/privacy/noise/discrete-gaussian.ts';
import { DiscreteLaplaceSampler } from '../../../../shared/privacy/noise/discrete-laplace.ts';
import type { NoiseSampler } from '../../../../shared/privacy/noise/lattice-sampler.ts';
import { PoissonSampler } from '../../../../shared/privacy/noise/poisson.ts';
import { SkellamSampler } from '../../../../shared/privacy/noise/skellam.ts';
import type { Random } from '../../../../shared/random/random.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { systemRandom } from '../../../../shared/random/system.ts';
import { distributionOf, flawsOf, type IntegerDistribution } from '../../../support/distribution.ts';

const COUNT = 200_000;

function draw(sampler: NoiseSampler, random: Random, count = COUNT): Float64Array {
  const samples = new Float64Array(count);
  sampler.addTo(samples, random);
  return samples;
}

/** By its definition where it can be summed; beyond, the normal's: they differ by less than 1e-7 from sigma = 1,000 on. */
function discreteGaussian(sigma: number): IntegerDistribution {
  if (sigma < 500) {
    const reach = Math.ceil(20 * sigma + 3);
    return distributionOf(x => Math.exp(-((x / sigma) ** 2) / 2), -reach, reach);
  }
  return { mean: 0, deviation: sigma, kurtosis: 3, cdf: x => normalCdf((x + 0.5) / sigma) };
}

function discreteLaplace(parameter: number): IntegerDistribution {
  const reach = Math.ceil(60 / parameter);
  return distributionOf(x => Math.exp(-Math.abs(x) * parameter), -reach, reach);
}

function poisson(mean: number): IntegerDistribution {
  const reach = Math.ceil(mean + 40 * Math.sqrt(mean) + 60);
  const logs = new Float64Array(reach + 1);
  for (let x = 1; x <= reach; x++) logs[x] = logs[x - 1]! + Math.log(mean / x);
  const high = logs[Math.floor(mean)]!;
  return distributionOf(x => Math.exp(logs[x]! - high), 0, reach);
}

/** The convolution of two Poisson distributions, summed. */
function skellam(variance: number): IntegerDistribution {
  const half = variance / 2;
  const reach = Math.ceil(half + 20 * Math.sqrt(half) + 30);
  const mass = new Float64Array(reach + 1).fill(Math.exp(-half));
  for (let x = 1; x <= reach; x++) mass[x] = (mass[x - 1]! * half) / x;
  const difference = (x: number): number => {
    let sum = 0;
    for (let y = Math.max(0, -x); y <= reach - Math.max(0, x); y++) sum += mass[x + y]! * mass[y]!;
    return sum;
  };
  return distributionOf(difference, -reach, reach);
}

describe('discrete Gaussian', () => {
  const sigmas = [0.3, Math.SQRT1_2, 1.7, 15.99, 16 * Math.SQRT2, 100 / Math.E, 1000.3, 2 ** 30 * 1.1, 2 ** 38.6];

  test.each(sigmas)('sigma %d: shape, moments, bits and neighbours', sigma => {
    const samples = draw(new DiscreteGaussianSampler(sigma), seededRandom(1, 'gaussian', sigma));
    expect(flawsOf(samples, discreteGaussian(sigma))).toEqual([]);
  });

  test('from the system generator, unless once in a million runs', () => {
    expect(flawsOf(draw(new DiscreteGaussianSampler(1.7), systemRandom()), discreteGaussian(1.7))).toEqual([]);
    const large = 2 ** 31 / Math.PI;
    expect(flawsOf(draw(new DiscreteGaussianSampler(large), systemRandom()), discreteGaussian(large))).toEqual([]);
  });

  test('a sigma far below a step is no noise', () => {
    expect(draw(new DiscreteGaussianSampler(0.01), seededRandom(2), 10_000).every(x => x === 0)).toBe(true);
    expect(draw(new DiscreteGaussianSampler(Number.MIN_VALUE), seededRandom(2), 1_000).every(x => x === 0)).toBe(true);
  });
});

test.each([4.1, 1.3, 0.0317, 1e-3 / Math.E])('discrete Laplace, parameter %d', parameter => {
  const samples = draw(new DiscreteLaplaceSampler(parameter), seededRandom(3, parameter));
  expect(flawsOf(samples, discreteLaplace(parameter))).toEqual([]);
});

test.each([0.17, 1, 8.3, 517.9, 1e6 / Math.E])('Poisson, mean %d', mean => {
  expect(flawsOf(draw(new PoissonSampler(mean), seededRandom(4, mean)), poisson(mean))).toEqual([]);
});

describe('Skellam', () => {
  test.each([0.37, 10.3, 999.1])('variance %d', variance => {
    expect(flawsOf(draw(new SkellamSampler(variance), seededRandom(5, variance)), skellam(variance))).toEqual([]);
  });

  test('variance 1e6 / e: the normal distribution with its kurtosis, to what so many samples see', () => {
    const variance = 1e6 / Math.E;
    const deviation = Math.sqrt(variance);
    const normal = {
      mean: 0,
      deviation,
      kurtosis: 3 + 1 / variance,
      cdf: (x: number) => normalCdf((x + 0.5) / deviation),
    };
    expect(flawsOf(draw(new SkellamSampler(variance), seededRandom(6)), normal)).toEqual([]);
  });
});

/** Tests of the tests: each of these is wrong, and must not pass. */
describe('broken samplers are found out', () => {
  const sampled = (sigma: number, next: (random: Random) => number): string[] => {
    const random = seededRandom(7, sigma);
    return flawsOf(
      Float64Array.from({ length: COUNT }, () => next(random)),
      discreteGaussian(sigma),
    );
  };
  const redrawn = (sampler: NoiseSampler, random: Random, refuse: (x: number) => boolean): number => {
    for (;;) {
      const x = sampler.sample(random);
      if (!refuse(x)) return x;
    }
  };

  for (const sigma of [1.7, 1000.3]) {
    test(`sigma ${sigma}`, () => {
      const right = new DiscreteGaussianSampler(sigma);
      const halved = new DiscreteGaussianSampler(sigma / 2);
      const squared = new DiscreteGaussianSampler(sigma ** 2);
      const slightly = new DiscreteGaussianSampler(sigma * 1.01);
      expect(sampled(sigma, random => right.sample(random))).toEqual([]);
      expect(sampled(sigma, random => halved.sample(random))).toContain('variance');
      expect(sampled(sigma, random => squared.sample(random))).toContain('variance');
      expect(sampled(sigma, random => slightly.sample(random))).toContain('variance');
      expect(
        sampled(sigma, random => right.sample(random) + (random.float() < 0.02 ? Math.round(sigma) : 0)),
      ).toContain('mean');
      expect(sampled(sigma, random => redrawn(right, random, x => Math.abs(x) > 3 * sigma))).toContain('shape');
      expect(sampled(sigma, random => 2 * Math.round(right.sample(random) / 2))).not.toEqual([]);
      let last = 0;
      const sticky = (random: Random) => {
        if (random.float() < 0.97) last = right.sample(random);
        return last;
      };
      expect(sampled(sigma, sticky)).toContain('neighbours');
    });
  }

  test('zero counted twice, as sign and magnitude drawn apart would', () => {
    const right = new DiscreteGaussianSampler(1.7);
    const magnitude = (random: Random) => redrawn(right, random, x => x < 0);
    expect(sampled(1.7, random => (random.below(2) === 0 ? -1 : 1) * magnitude(random))).toContain('shape');
  });

  test('only even values, of the right shape', () => {
    const half = new DiscreteGaussianSampler(500.15);
    expect(sampled(1000.3, random => 2 * half.sample(random))).toContain('bits');
  });

  test('a uniform number rounded to multiples of 2^-32 before it is inverted leaves holes in the grid', () => {
    const sigma = 2 ** 30 * 1.1;
    const coarse = new DiscreteGaussianSampler(sigma / 2 ** 8);
    expect(sampled(sigma, random => 2 ** 8 * coarse.sample(random))).toEqual(['bits']);
  });
});
