import { describe, expect, test } from 'vitest';
import { exactEpsilon } from '../../../../shared/privacy/accountants/exact-gaussian.ts';
import { zcdpDelta, zcdpEpsilon, zcdpRho } from '../../../../shared/privacy/accountants/zcdp.ts';
import { UnsupportedMechanismError } from '../../../../shared/privacy/errors.ts';
import type { Mechanism } from '../../../../shared/privacy/mechanism.ts';
import { casesOf, gaussian, poisson, relativeError, repeated } from './reference.ts';

const ofRho = (rho: number): Mechanism => gaussian(1 / Math.sqrt(2 * rho));

describe('rho', () => {
  test.each(casesOf('gaussian_composition'))('of $id', ({ params, rho_zcdp }) => {
    const mechanism = repeated(gaussian(params.noise_multiplier!), params.steps);
    expect(relativeError(zcdpRho(mechanism, 'add-remove'), rho_zcdp)).toBeLessThan(1e-14);
  });

  test.each(casesOf('discrete_gaussian'))('of $id', ({ params, rho_zcdp }) => {
    const { sigma, sensitivity, steps } = params;
    const one = { type: 'discrete-gaussian', sigma: sigma!, sensitivity: sensitivity!, dimension: 7 } as const;
    expect(relativeError(zcdpRho(repeated(one, steps), 'zero-out'), rho_zcdp)).toBeLessThan(1e-14);
  });

  test('of pure mechanisms is epsilon^2 / 2, and those add up', () => {
    const laplace = { type: 'laplace', noiseMultiplier: 3.7 } as const;
    const discrete = { type: 'discrete-laplace', noiseParameter: 0.3, sensitivity: 2 } as const;
    const response = { type: 'randomized-response', noiseParameter: 0.4, buckets: 5 } as const;
    const composed = { type: 'composed', mechanisms: [laplace, discrete, response] } as const;
    const expected = ((2 / 3.7) ** 2 + 1.2 ** 2 + Math.log(0.68 / 0.08) ** 2) / 2;
    expect(zcdpRho(composed, 'replace-one')).toBeCloseTo(expected, 13);
    expect(() => zcdpRho(response, 'zero-out')).toThrow(/replace-one/);
  });

  test('of a sum of discrete Gaussians is that of a continuous one where each is wide, and more where they are narrow', () => {
    const sum = (clientSigma: number): Mechanism => ({
      type: 'distributed-discrete-gaussian',
      clientSigma,
      clients: 9,
      l1Sensitivity: 3,
      l2Sensitivity: 2,
      dimension: 11,
    });
    expect(relativeError(zcdpRho(sum(5), 'replace-one'), 4 ** 2 / (2 * 9 * 25))).toBeLessThan(1e-12);
    expect(zcdpRho(sum(0.5), 'add-remove')).toBeGreaterThan(1.1 * (2 ** 2 / (2 * 9 * 0.25)));
  });

  test.each([
    poisson(0.3, gaussian(2)),
    { type: 'sampled-without-replacement', population: 9, cohort: 2, mechanism: gaussian(2) },
    { type: 'skellam', variance: 9, l1Sensitivity: 1, l2Sensitivity: 1 },
  ] as const)('is refused for $type', mechanism => {
    expect(() => zcdpRho(mechanism, 'zero-out')).toThrow(UnsupportedMechanismError);
  });
});

describe('the conversion', () => {
  const orders = Array.from({ length: 200_000 }, (_, k) => 1 + 1.00006 ** (k + 1) * 1e-2);

  test.each([
    [0.003, 1e-6],
    [0.71, 1e-9],
    [17.3, 1e-5],
    [0.2, 0.3],
  ])('is the least over a dense grid of orders: rho %d, delta %d', (rho, delta) => {
    let least = Infinity;
    for (const order of orders) {
      least = Math.min(least, rho * order + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1));
    }
    const epsilon = zcdpEpsilon(ofRho(rho), delta, 'add-remove');
    expect(epsilon).toBeLessThanOrEqual(Math.max(0, least) + 1e-12);
    expect(epsilon).toBeGreaterThan(Math.max(0, least) - 1e-6);
    expect(epsilon).toBeGreaterThanOrEqual(exactEpsilon(ofRho(rho), delta, 'add-remove'));
  });

  test.each([
    [0.003, 0.4],
    [0.71, 7.9],
    [17.3, 50],
    [2, 0],
  ])('and so is delta: rho %d, epsilon %d', (rho, epsilon) => {
    let least = 0;
    for (const order of orders) {
      const exponent = (order - 1) * (rho * order - epsilon + Math.log1p(-1 / order)) - Math.log(order);
      least = Math.min(least, exponent);
    }
    expect(Math.log(zcdpDelta(ofRho(rho), epsilon, 'add-remove'))).toBeCloseTo(least, 5);
  });

  test('fails to infinity and to 1', () => {
    expect(zcdpEpsilon(gaussian(0), 1e-6, 'add-remove')).toBe(Infinity);
    expect(zcdpEpsilon(gaussian(NaN), 1e-6, 'add-remove')).toBe(Infinity);
    expect(zcdpDelta(gaussian(NaN), 1, 'add-remove')).toBe(1);
    expect(zcdpDelta(gaussian(0), 1, 'add-remove')).toBe(1);
  });
});
