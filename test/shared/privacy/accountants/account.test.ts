import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import {
  ACCOUNTANTS,
  type AccountantName,
  deltaOf,
  epsilonOf,
} from '../../../../shared/privacy/accountants/account.ts';
import { UnsupportedMechanismError } from '../../../../shared/privacy/errors.ts';
import type { Adjacency, Mechanism } from '../../../../shared/privacy/mechanism.ts';
import { gaussian, poisson, relativeError, repeated } from './reference.ts';

const laplace: Mechanism = { type: 'laplace', noiseMultiplier: 2.7 };
const skellam: Mechanism = { type: 'skellam', variance: 90, l1Sensitivity: 5, l2Sensitivity: 3 };
const response: Mechanism = { type: 'randomized-response', noiseParameter: 0.5, buckets: 3 };
const fixedCohort: Mechanism = {
  type: 'sampled-without-replacement',
  population: 50,
  cohort: 5,
  mechanism: gaussian(2),
};
const training: Mechanism = {
  type: 'matrix-factorization',
  strategy: { type: 'toeplitz' },
  steps: 20,
  minSeparation: 5,
  maxParticipations: 4,
  noiseMultiplier: 6.1,
};

describe('all accountants of one mechanism', () => {
  test.each([
    ['Gaussian', repeated(gaussian(4.3), 7), ['exact', 'pld', 'rdp']],
    ['matrix factorisation', training, ['exact', 'pld', 'rdp']],
    ['Poisson-sampled', repeated(poisson(0.07, gaussian(1.3)), 40), ['pld', 'rdp']],
    ['Laplace', repeated(laplace, 30), ['pld', 'rdp', 'zcdp']],
  ] as const)('%s: none is below a tighter one', (_, mechanism, tightestFirst) => {
    for (const adjacency of ['add-remove', 'zero-out'] as const) {
      const epsilons = tightestFirst.map(accountant => epsilonOf(mechanism, 1e-6, accountant, adjacency));
      for (const [k, epsilon] of epsilons.entries()) {
        if (k > 0) expect(epsilon).toBeGreaterThanOrEqual(epsilons[k - 1]! * (1 - 1e-9));
        expect(epsilon).toBeLessThan(1.3 * epsilons[0]!);
      }
    }
  });

  test.each(ACCOUNTANTS)('%s: delta and epsilon are each other’s inverse, and fall', accountant => {
    const mechanism = repeated(gaussian(3.9), 5);
    let before = Infinity;
    for (const delta of [1e-9, 1e-6, 1e-3]) {
      const epsilon = epsilonOf(mechanism, delta, accountant, 'replace-one');
      expect(relativeError(deltaOf(mechanism, epsilon, accountant, 'replace-one'), delta)).toBeLessThan(1e-2);
      expect(epsilon).toBeLessThan(before);
      before = epsilon;
    }
  });
});

describe('refusals', () => {
  const refused: readonly (readonly [AccountantName, Mechanism, Adjacency, AccountantName, Adjacency])[] = [
    ['exact', poisson(0.1, gaussian(1)), 'add-remove', 'pld', 'add-remove'],
    ['exact', laplace, 'zero-out', 'rdp', 'zero-out'],
    ['zcdp', skellam, 'zero-out', 'rdp', 'zero-out'],
    ['zcdp', poisson(0.1, gaussian(1)), 'add-remove', 'rdp', 'add-remove'],
    ['zcdp', response, 'zero-out', 'zcdp', 'replace-one'],
    ['rdp', response, 'add-remove', 'rdp', 'replace-one'],
    ['rdp', fixedCohort, 'add-remove', 'rdp', 'replace-one'],
    ['rdp', poisson(0.1, gaussian(2)), 'replace-one', 'pld', 'replace-one'],
    [
      'rdp',
      { type: 'poisson-sampled', samplingRate: 0.1, cap: { cohort: 20, population: 100 }, mechanism: gaussian(2) },
      'add-remove',
      'pld',
      'add-remove',
    ],
  ];

  test.each(refused)('%s of %o under %s names %s or %s, which answers', (name, mechanism, adjacency, other, its) => {
    const ask = (): number => epsilonOf(repeated(mechanism, 2), 1e-6, name, adjacency);
    expect(ask).toThrow(UnsupportedMechanismError);
    expect(ask).toThrow(new RegExp(`Use .*${other === name ? its : other}`));
    expect(() => deltaOf(mechanism, 1, name, adjacency)).toThrow(UnsupportedMechanismError);
    const epsilon = epsilonOf(mechanism, 1e-6, other, its);
    expect(epsilon).toBeGreaterThan(0);
    expect(epsilon).toBeLessThan(20);
  });

  test('sampling does not amplify noise that is correlated over steps', () => {
    for (const sampled of [poisson(0.1, repeated(training, 2)), { ...fixedCohort, mechanism: training }]) {
      expect(() => epsilonOf(sampled, 1e-6, 'rdp', 'zero-out')).toThrow(UnsupportedMechanismError);
    }
  });

  test('a delta or an epsilon out of range', () => {
    for (const delta of [0, 1, -0.1, NaN]) {
      expect(() => epsilonOf(gaussian(1), delta, 'exact', 'zero-out')).toThrow(SettingsError);
    }
    for (const epsilon of [-1, NaN]) {
      expect(() => deltaOf(gaussian(1), epsilon, 'exact', 'zero-out')).toThrow(SettingsError);
    }
  });
});

describe('numbers that no mechanism has', () => {
  const nonsense: readonly Mechanism[] = [
    gaussian(NaN),
    gaussian(-1),
    poisson(1.1, gaussian(1)),
    poisson(-0.1, gaussian(1)),
    repeated(gaussian(1), -3),
    repeated(gaussian(1), 2.5),
    { type: 'composed', mechanisms: [gaussian(1), { ...training, steps: NaN }] },
    { type: 'poisson-sampled', samplingRate: 0.1, cap: { cohort: -1, population: 9 }, mechanism: gaussian(1) },
  ];

  test.each(nonsense)('are refused: %o', mechanism => {
    for (const accountant of ACCOUNTANTS) {
      expect(() => epsilonOf(mechanism, 1e-6, accountant, 'zero-out')).toThrow(SettingsError);
      expect(() => deltaOf(mechanism, 1, accountant, 'zero-out')).toThrow(SettingsError);
    }
  });

  test('and no noise has no epsilon', () => {
    for (const accountant of ACCOUNTANTS) {
      expect(epsilonOf(gaussian(0), 1e-6, accountant, 'zero-out')).toBe(Infinity);
      expect(deltaOf(gaussian(0), 1, accountant, 'zero-out')).toBe(1);
    }
  });
});
