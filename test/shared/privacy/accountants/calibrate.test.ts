import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import { type AccountantName, epsilonOf } from '../../../../shared/privacy/accountants/account.ts';
import { noiseMultiplierFor } from '../../../../shared/privacy/accountants/calibrate.ts';
import type { Adjacency, Mechanism } from '../../../../shared/privacy/mechanism.ts';
import { gaussian, type InverseCase, poisson, reference, relativeError, repeated } from './reference.ts';

const inverse = (kind: string): readonly InverseCase[] => reference.inverse.filter(one => one.kind === kind);

describe('the figures of dp_accounting', () => {
  test.each(inverse('inverse_gaussian'))('$id, exact', one => {
    const mechanismWith = (noise: number): Mechanism => repeated(gaussian(noise), one.params.participations);
    const target = { epsilon: one.target_epsilon, delta: one.delta };
    for (const [adjacency, expected] of [
      ['zero-out', one.noise_multiplier],
      ['replace-one', one.noise_multiplier_replace_one],
    ] as const) {
      const noise = noiseMultiplierFor(mechanismWith, target, 'exact', adjacency);
      expect(noise / expected).toBeGreaterThan(1 - 1e-9);
      expect(noise / expected).toBeLessThan(1 + 1.01e-4);
    }
  });

  test.each(inverse('inverse_poisson'))('$id, rdp', one => {
    const mechanismWith = (noise: number): Mechanism =>
      repeated(poisson(one.params.sampling_rate!, gaussian(noise)), one.params.steps);
    const target = { epsilon: one.target_epsilon, delta: one.delta };
    const noise = noiseMultiplierFor(mechanismWith, target, 'rdp', 'add-remove');
    expect(relativeError(noise, one.noise_multiplier_rdp)).toBeLessThan(2e-3);
    expect(epsilonOf(mechanismWith(noise), one.delta, 'rdp', 'add-remove')).toBeLessThanOrEqual(one.target_epsilon);
  });

  test('by loss distributions, in few evaluations', () => {
    const one = inverse('inverse_poisson')[0]!;
    let asked = 0;
    const mechanismWith = (noise: number): Mechanism => {
      asked++;
      return repeated(poisson(one.params.sampling_rate!, gaussian(noise)), one.params.steps);
    };
    const target = { epsilon: one.target_epsilon, delta: one.delta };
    noiseMultiplierFor(mechanismWith, target, 'rdp', 'add-remove');
    const askedOfRdp = asked;
    const noise = noiseMultiplierFor(mechanismWith, target, 'pld', 'add-remove');
    expect(asked - 2 * askedOfRdp).toBeLessThanOrEqual(9);
    expect(relativeError(noise, one.noise_multiplier_pld)).toBeLessThan(2e-3);
    expect(epsilonOf(mechanismWith(noise), one.delta, 'pld', 'add-remove')).toBeLessThanOrEqual(one.target_epsilon);
  });
});

describe('the smallest noise that meets the target, for every mechanism', () => {
  const cases: readonly (readonly [string, (noise: number) => Mechanism, AccountantName, Adjacency])[] = [
    ['Gaussian by zCDP', noise => repeated(gaussian(noise), 30), 'zcdp', 'replace-one'],
    ['Laplace', noise => repeated({ type: 'laplace', noiseMultiplier: noise }, 12), 'rdp', 'zero-out'],
    [
      'discrete Gaussian',
      noise => ({ type: 'discrete-gaussian', sigma: 1000 * noise, sensitivity: 1000, dimension: 9 }),
      'zcdp',
      'zero-out',
    ],
    [
      'Skellam on a Poisson cohort',
      noise =>
        repeated(
          poisson(0.05, { type: 'skellam', variance: (500 * noise) ** 2, l1Sensitivity: 5000, l2Sensitivity: 500 }),
          20,
        ),
      'rdp',
      'add-remove',
    ],
    [
      'matrix factorisation',
      noise => ({
        type: 'matrix-factorization',
        strategy: { type: 'toeplitz' },
        steps: 64,
        minSeparation: 16,
        maxParticipations: 4,
        noiseMultiplier: noise,
      }),
      'exact',
      'zero-out',
    ],
    [
      'a cohort of fixed size',
      noise =>
        repeated({ type: 'sampled-without-replacement', population: 900, cohort: 30, mechanism: gaussian(noise) }, 50),
      'rdp',
      'replace-one',
    ],
    [
      'beside a release that costs its own',
      noise => ({ type: 'composed', mechanisms: [gaussian(9), gaussian(noise)] }),
      'exact',
      'zero-out',
    ],
  ];

  test.each(cases)('%s', (_, mechanismWith, accountant, adjacency) => {
    for (const epsilon of [0.7, 3.1, 40]) {
      const noise = noiseMultiplierFor(mechanismWith, { epsilon, delta: 1e-7 }, accountant, adjacency);
      const epsilonWith = (factor: number): number =>
        epsilonOf(mechanismWith(noise * factor), 1e-7, accountant, adjacency);
      expect(epsilonWith(1)).toBeLessThanOrEqual(epsilon);
      expect(epsilonWith(1 - 1.01e-4)).toBeGreaterThan(epsilon);
    }
  });

  test('is 0.01 where any would do', () => {
    const rare = (noise: number): Mechanism => poisson(1e-9, gaussian(noise));
    expect(noiseMultiplierFor(rare, { epsilon: 2e4, delta: 0.1 }, 'rdp', 'add-remove')).toBeCloseTo(0.01, 12);
  });

  test('is refused where none would do', () => {
    const spent = (noise: number): Mechanism => ({ type: 'composed', mechanisms: [gaussian(1), gaussian(noise)] });
    expect(() => noiseMultiplierFor(spent, { epsilon: 1, delta: 1e-6 }, 'exact', 'zero-out')).toThrow(SettingsError);
    expect(() => noiseMultiplierFor(gaussian, { epsilon: 0, delta: 1e-6 }, 'exact', 'zero-out')).toThrow(SettingsError);
  });
});
