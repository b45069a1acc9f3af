import { describe, expect, test } from 'vitest';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import { DiscreteGaussianSampler } from '../../../shared/privacy/noise/discrete-gaussian.ts';
import { DiscreteLaplaceSampler } from '../../../shared/privacy/noise/discrete-laplace.ts';
import type { NoiseSampler } from '../../../shared/privacy/noise/lattice-sampler.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { epsilonLowerBound, type Neighbours } from '../../support/distinguisher.ts';

const RUNS = 400_000;

/** A user moves one coordinate by `shift`. */
const shifted = (sampler: NoiseSampler, shift: number): Neighbours => ({
  withUser: random => sampler.sample(random) + shift,
  withoutUser: random => sampler.sample(random),
});

describe('the Gaussian mechanism', () => {
  const GRID = 2 ** 30;
  const claim = (noiseMultiplier: number, delta: number) =>
    epsilonOf({ type: 'gaussian', noiseMultiplier }, delta, 'exact', 'add-remove');
  const bound = (noiseMultiplier: number, delta: number) =>
    epsilonLowerBound(shifted(new DiscreteGaussianSampler(noiseMultiplier * GRID), GRID), {
      delta,
      runs: RUNS,
      random: seededRandom(1, noiseMultiplier, delta),
    });

  test.each([
    [0.8, 0.01],
    [1.3, 0.01],
    [1.3, 0.05],
    [2.7, 0.01],
  ])('noise multiplier %d, delta %d: below the claim, and within a fifth of it', (noiseMultiplier, delta) => {
    const share = bound(noiseMultiplier, delta) / claim(noiseMultiplier, delta);
    expect(share).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(0.8);
  });

  test('noise that is a fifth too small passes the claim', () => {
    expect(bound(1.3 * 0.8, 0.01)).toBeGreaterThan(claim(1.3, 0.01));
  });
});

describe('the discrete Laplace mechanism', () => {
  const epsilon = 1.1;
  const bound = (parameter: number) =>
    epsilonLowerBound(shifted(new DiscreteLaplaceSampler(parameter), 3), {
      delta: 0,
      runs: RUNS,
      random: seededRandom(2),
    });

  test('epsilon 1.1, sensitivity 3: below the claim, and within a tenth of it', () => {
    const found = bound(epsilon / 3);
    expect(found).toBeLessThanOrEqual(epsilon);
    expect(found).toBeGreaterThan(0.9 * epsilon);
  });

  test('noise that is a tenth too small passes the claim', () => {
    expect(bound(1.1 * (epsilon / 3))).toBeGreaterThan(epsilon);
  });
});

test('what tells nothing gives nothing', () => {
  const sampler = new DiscreteGaussianSampler(3.3);
  expect(epsilonLowerBound(shifted(sampler, 0), { delta: 0, runs: 20_000, random: seededRandom(3) })).toBe(0);
});
