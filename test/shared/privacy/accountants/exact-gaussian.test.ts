import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactDelta, exactEpsilon } from '../../../../shared/privacy/accountants/exact-gaussian.ts';
import { UnsupportedMechanismError } from '../../../../shared/privacy/errors.ts';
import { casesOf, gaussian, integral, normal, poisson, relativeError, repeated } from './reference.ts';

describe('the figures of dp_accounting', () => {
  test.each(casesOf('gaussian_composition'))('$id', ({ params, delta, epsilon, epsilon_exact_replace_one }) => {
    const mechanism = repeated(gaussian(params.noise_multiplier!), params.steps);
    expect(relativeError(exactEpsilon(mechanism, delta, 'add-remove'), epsilon)).toBeLessThan(1e-9);
    expect(exactEpsilon(mechanism, delta, 'zero-out')).toBe(exactEpsilon(mechanism, delta, 'add-remove'));
    const replaceOne = exactEpsilon(mechanism, delta, 'replace-one');
    expect(relativeError(replaceOne, epsilon_exact_replace_one)).toBeLessThan(1e-9);
  });

  test.each(casesOf('tree_restart_rdp', 'tree_single_zcdp'))('$id', ({ rho_zcdp, delta, epsilon }) => {
    const ofRho = gaussian(1 / Math.sqrt(2 * rho_zcdp));
    expect(relativeError(exactEpsilon(ofRho, delta, 'zero-out'), epsilon)).toBeLessThan(1e-9);
  });
});

test.each([
  [0.37, 0.2],
  [1.9, 3.3],
  [4.3, 0],
])('delta is the integral of what the likelihoods differ by: mu %d, epsilon %d', (mu, epsilon) => {
  const excess = (x: number): number => Math.max(0, normal(x, mu, 1) - Math.exp(epsilon) * normal(x, 0, 1));
  const delta = integral(excess, epsilon / mu + mu / 2, mu + 12, 400_000);
  expect(relativeError(exactDelta(gaussian(1 / mu), epsilon, 'add-remove'), delta)).toBeLessThan(1e-8);
});

test('epsilon and delta are each other’s inverse, for any noise and any delta', () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -30, max: -1, noNaN: true }), (z, d) => {
      const mechanism = gaussian(Math.exp(z));
      const delta = Math.exp(d);
      const epsilon = exactEpsilon(mechanism, delta, 'add-remove');
      const back = exactDelta(mechanism, epsilon, 'add-remove');
      if (epsilon > 0) expect(relativeError(back, delta)).toBeLessThan(1e-7);
      else expect(back).toBeLessThanOrEqual(delta);
    }),
  );
});

test('a composition of different Gaussians is one whose squared distance is their sum', () => {
  const parts = [gaussian(1.7), repeated(gaussian(3.1), 4)];
  const one = gaussian((1.7 ** -2 + 4 * 3.1 ** -2) ** -0.5);
  const composed = { type: 'composed', mechanisms: parts } as const;
  expect(relativeError(exactEpsilon(composed, 1e-7, 'add-remove'), exactEpsilon(one, 1e-7, 'add-remove'))).toBeLessThan(
    1e-13,
  );
});

test('a matrix factorisation is one Gaussian of its sensitivity', () => {
  // C = I, and a device in steps 0, 3 and 6: three independent releases.
  const strategy = { type: 'identity' } as const;
  const training = {
    type: 'matrix-factorization',
    strategy,
    steps: 8,
    minSeparation: 3,
    maxParticipations: 5,
    noiseMultiplier: 2.3,
  } as const;
  for (const adjacency of ['zero-out', 'replace-one'] as const) {
    const three = exactEpsilon(repeated(gaussian(2.3), 3), 1e-6, adjacency);
    expect(relativeError(exactEpsilon(training, 1e-6, adjacency), three)).toBeLessThan(1e-13);
  }
});

test('no noise has no epsilon, drowning noise none above 0, and other mechanisms are refused', () => {
  expect(exactEpsilon(gaussian(0), 1e-6, 'add-remove')).toBe(Infinity);
  expect(exactEpsilon(gaussian(NaN), 1e-6, 'add-remove')).toBe(Infinity);
  expect(exactDelta(gaussian(NaN), 1, 'add-remove')).toBe(1);
  expect(exactEpsilon(gaussian(1e7), 1e-6, 'add-remove')).toBe(0);
  expect(exactEpsilon({ type: 'composed', mechanisms: [] }, 1e-6, 'add-remove')).toBe(0);
  expect(() => exactEpsilon(poisson(0.1, gaussian(1)), 1e-6, 'add-remove')).toThrow(UnsupportedMechanismError);
});
