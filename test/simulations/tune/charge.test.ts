import { describe, expect, it, test } from 'vitest';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import type { Mechanism } from '../../../shared/privacy/mechanism.ts';
import { builtInLearners } from '../../../simulations/compare/learners.ts';
import { studyOf } from '../../../simulations/compare/study.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { runDataOf } from '../../../simulations/simulate/simulate.ts';
import { candidatesOf } from '../../../simulations/tune/candidates.ts';
import { chargeOf, type SelectionTerms } from '../../../simulations/tune/charge.ts';
import { runsOf } from '../../../simulations/tune/runs.ts';

const data = runDataOf(await loadDataset('synthetic:tiny'), 'last-item');

function charge(terms: Partial<SelectionTerms>, options: object = {}) {
  const study = studyOf({
    from: 'test',
    options: {
      learners: ['mf'],
      epsilon: 3,
      vary: { 'mf.rounds': [2, 9] },
      cohort: 10,
      set: { delta: 1e-3, sampling: 'poisson' },
      ...options,
    },
  });
  const budget = { of: 'total', epsilon: 3 } as const;
  const all = { budget, runs: runsOf('poisson', 6), scoreDeviation: 9, ...terms };
  return chargeOf(candidatesOf(study, builtInLearners), all, data, builtInLearners.definitions);
}

const epsilon = (mechanism: Mechanism) => epsilonOf(mechanism, 1e-3, 'rdp', 'add-remove');

describe('the charge of a private selection', () => {
  const whole = charge({});

  it('is what the mechanism says: each candidate with its own noise and rounds, and the score', () => {
    const { mechanism, noiseMultipliers } = whole;
    expect(mechanism).toEqual({
      type: 'private-selection',
      runs: { type: 'poisson', mean: 6 },
      candidates: [2, 9].map((rounds, at) => ({
        type: 'composed',
        mechanisms: [
          {
            type: 'repeated',
            count: rounds,
            mechanism: {
              type: 'poisson-sampled',
              samplingRate: 10 / 60,
              mechanism: { type: 'gaussian', noiseMultiplier: expect.closeTo(noiseMultipliers[at]!, 9) },
            },
          },
          { type: 'discrete-gaussian', sigma: 9, sensitivity: 1, dimension: 1 },
        ],
      })),
    });
  });

  it('keeps a total of unlike candidates together, without wasting it', () => {
    const { mechanism, ...told } = whole;
    expect(told.epsilon).toBe(epsilon(mechanism));
    expect(told.epsilon).toBeLessThanOrEqual(3);
    expect(told.epsilon).toBeGreaterThan(2.9);
    expect(told.runEpsilon).toBeLessThan(2.5);
  });

  it('gives each run its own epsilon, and tells the whole', () => {
    const { mechanism, ...told } = charge({ budget: { of: 'run', epsilon: 3 } });
    for (const run of mechanism.candidates) {
      expect(epsilon(run)).toBeLessThanOrEqual(3);
      expect(epsilon(run)).toBeGreaterThan(2.99);
    }
    expect(told.epsilon).toBe(epsilon(mechanism));
    expect(told.epsilon).toBeGreaterThan(3.5);
    expect(told.scoreEpsilon).toBeLessThan(told.runEpsilon);
  });

  it('has one candidate of those that cost the same', () => {
    const { mechanism, noiseMultipliers } = charge(
      {},
      { vary: { 'mf.dimension': [4, 8], clipNorm: [1, 2] }, set: { delta: 1e-3 } },
    );
    expect(noiseMultipliers).toHaveLength(4);
    expect(new Set(noiseMultipliers).size).toBe(1);
    expect(mechanism.candidates).toHaveLength(1);
  });

  test.each<[string, Partial<SelectionTerms>, object, RegExp]>([
    ['scores that cost too much', { scoreDeviation: 0.5 }, {}, /scores alone cost .* Raise --score-deviation/],
    [
      'local trust',
      {},
      { trust: 'local', set: { delta: 1e-3 }, vary: { 'mf.rounds': [2, 9] } },
      /needs trust "central"/,
    ],
    [
      'promises of two kinds',
      {},
      { vary: { sampling: ['none', 'poisson'] }, set: { delta: 1e-3, 'mf.rounds': 2 } },
      /under zero-out, others under add-remove.* --set adjacency=zero-out/,
    ],
    ['users drawn for evaluation', {}, { evaluateUsers: 20 }, /one user more could move a score/],
  ])('refuses %s', (_, terms, options, message) => {
    expect(() => charge(terms, options)).toThrow(message);
  });
});
