import { describe, expect, it } from 'vitest';
import { rdpEpsilon } from '../../../shared/privacy/accountants/rdp/rdp.ts';
import { type DpEvent, dpRelation, toDpEvent } from '../../../shared/privacy/dp-event.ts';
import type { Adjacency, Mechanism, Skellam } from '../../../shared/privacy/mechanism.ts';

const MODULE = { module_name: 'dp_accounting.dp_event' };
const gaussian: Mechanism = { type: 'gaussian', noiseMultiplier: 1.7 };
const sampled: Mechanism = { type: 'poisson-sampled', samplingRate: 0.013, mechanism: gaussian };
const subset: Mechanism = { type: 'sampled-without-replacement', population: 977, cohort: 31, mechanism: gaussian };

describe('one user more or less, or zeroed', () => {
  it.each<[string, Mechanism, object]>([
    ['GaussianDpEvent', gaussian, { noise_multiplier: 1.7 }],
    ['LaplaceDpEvent', { type: 'laplace', noiseMultiplier: 0.6 }, { noise_multiplier: 0.6 }],
    [
      'DiscreteGaussianDpEvent',
      { type: 'discrete-gaussian', sigma: 21.5, sensitivity: 7, dimension: 12 },
      { sigma: 21.5, sensitivity: 7, dimension: 12 },
    ],
    [
      'DiscreteLaplaceDpEvent',
      { type: 'discrete-laplace', noiseParameter: 0.3, sensitivity: 2 },
      { noise_parameter: 0.3, sensitivity: 2 },
    ],
    [
      'RandomizedResponseDpEvent',
      { type: 'randomized-response', noiseParameter: 0.45, buckets: 6 },
      { noise_parameter: 0.45, num_buckets: 6 },
    ],
    [
      'PoissonSampledDpEvent',
      sampled,
      { sampling_probability: 0.013, event: { ...MODULE, class_name: 'GaussianDpEvent', noise_multiplier: 1.7 } },
    ],
    [
      'TruncatedSubsampledGaussianDpEvent',
      { ...sampled, cap: { cohort: 20, population: 977 } },
      { dataset_size: 977, sampling_probability: 0.013, truncated_batch_size: 20, noise_multiplier: 1.7 },
    ],
    [
      'SampledWithoutReplacementDpEvent',
      subset,
      {
        source_dataset_size: 977,
        sample_size: 31,
        event: { ...MODULE, class_name: 'GaussianDpEvent', noise_multiplier: 1.7 },
      },
    ],
    [
      'SelfComposedDpEvent',
      { type: 'repeated', mechanism: gaussian, count: 41 },
      { count: 41, event: { ...MODULE, class_name: 'GaussianDpEvent', noise_multiplier: 1.7 } },
    ],
    [
      'ComposedDpEvent',
      { type: 'composed', mechanisms: [gaussian, { type: 'laplace', noiseMultiplier: 3 }] },
      {
        events: [
          { ...MODULE, class_name: 'GaussianDpEvent', noise_multiplier: 1.7 },
          { ...MODULE, class_name: 'LaplaceDpEvent', noise_multiplier: 3 },
        ],
      },
    ],
  ])('is a %s with the fields of dp_accounting', (name, mechanism, fields) => {
    for (const adjacency of ['add-remove', 'zero-out'] as const) {
      expect(toDpEvent(mechanism, adjacency)).toEqual({ ...MODULE, class_name: name, ...fields });
    }
  });

  it('is a RepeatAndSelectDpEvent of the mean number of runs, where that class can say it', () => {
    const runs = { type: 'negative-binomial', eta: 1, gamma: 0.125 } as const;
    const selection = { type: 'private-selection', candidates: [sampled], runs } as const;
    expect(toDpEvent(selection, 'add-remove')).toEqual({
      ...MODULE,
      class_name: 'RepeatAndSelectDpEvent',
      event: toDpEvent(sampled, 'add-remove'),
      mean: 8,
      shape: 1,
    });
    expect(dpRelation(selection, 'replace-one')).toBe('REPLACE_ONE');
    for (const other of [
      { ...selection, candidates: [gaussian, sampled] },
      { ...selection, runs: { ...runs, eta: -0.5 } },
      { ...selection, runs: { type: 'poisson', mean: 8 } as const },
    ]) {
      expect(toDpEvent(other, 'add-remove')).toEqual({ ...MODULE, class_name: 'UnsupportedDpEvent' });
    }
  });

  it('is one Gaussian with the sensitivity of the strategy for correlated noise', () => {
    const coefficients = [1, 0.5, 0.25];
    // A device that takes part in steps 0, 2 and 4 of 5: rows 1, 0.5, 1.25, 0.5, 1.25 of the encoded sums.
    const norm = Math.hypot(1, 0.5, 1.25, 0.5, 1.25);
    const mechanism: Mechanism = {
      type: 'matrix-factorization',
      strategy: { type: 'banded', coefficients },
      steps: 5,
      minSeparation: 2,
      maxParticipations: 3,
      noiseMultiplier: 4.4,
    };
    expect(toDpEvent(mechanism, 'zero-out')).toEqual({
      ...MODULE,
      class_name: 'GaussianDpEvent',
      noise_multiplier: expect.closeTo(4.4 / norm, 12),
    });
  });

  it('names the relation', () => {
    expect(dpRelation(sampled, 'add-remove')).toBe('ADD_OR_REMOVE_ONE');
    expect(dpRelation(sampled, 'zero-out')).toBe('REPLACE_SPECIAL');
  });
});

describe('one user replaced by any other', () => {
  const noiseOf = (mechanism: Mechanism): unknown =>
    (toDpEvent(mechanism, 'replace-one').event as DpEvent).noise_multiplier;

  it('states noise over the doubled sensitivity, which no accountant of theirs doubles under the relation named', () => {
    expect(toDpEvent(gaussian, 'replace-one')).toMatchObject({ noise_multiplier: 0.85 });
    expect(toDpEvent({ type: 'laplace', noiseMultiplier: 0.6 }, 'replace-one')).toMatchObject({
      noise_multiplier: 0.3,
    });
    expect(
      toDpEvent({ type: 'discrete-gaussian', sigma: 21.5, sensitivity: 7, dimension: 1 }, 'replace-one'),
    ).toMatchObject({ sigma: 21.5, sensitivity: 14 });
    expect(toDpEvent({ type: 'discrete-laplace', noiseParameter: 0.3, sensitivity: 2 }, 'replace-one')).toMatchObject({
      sensitivity: 4,
    });
    expect(dpRelation({ type: 'composed', mechanisms: [gaussian, gaussian] }, 'replace-one')).toBe('ADD_OR_REMOVE_ONE');
  });

  it('leaves the doubling of Poisson-sampled noise to their PLD accountant, and does that of fixed cohorts itself', () => {
    expect(noiseOf(sampled)).toBe(1.7);
    expect(noiseOf(subset)).toBe(0.85);
    for (const mechanism of [sampled, subset]) {
      expect(dpRelation({ type: 'repeated', mechanism, count: 3 }, 'replace-one')).toBe('REPLACE_ONE');
    }
  });
});

describe('noise that dp_accounting has no event for', () => {
  const skellam: Skellam = { type: 'skellam', variance: 900.5, l1Sensitivity: 130, l2Sensitivity: 11.5 };
  const distributed: Mechanism = {
    type: 'distributed-discrete-gaussian',
    clientSigma: 1.3,
    clients: 40,
    l1Sensitivity: 30,
    l2Sensitivity: 4.2,
    dimension: 64,
  };

  it.each<[string, Mechanism, Adjacency]>([
    ['Skellam', skellam, 'add-remove'],
    ['Skellam', skellam, 'replace-one'],
    ['distributed discrete Gaussian', distributed, 'zero-out'],
    ['distributed discrete Gaussian', distributed, 'replace-one'],
  ])('states a zCDP bound that is not below the Renyi bound of %s noise', (_, mechanism, adjacency) => {
    const event = toDpEvent(mechanism, adjacency);
    expect(event.class_name).toBe('ZCDpEvent');
    const { rho, xi } = event as unknown as { rho: number; xi: number };
    expect(xi).toBeGreaterThanOrEqual(0);
    for (const delta of [1e-3, 1e-6, 1e-10]) {
      const told = epsilonOfZcdp(rho, xi, delta);
      const bound = rdpEpsilon(mechanism, delta, adjacency);
      expect(told).toBeGreaterThan(bound * (1 - 1e-9));
      expect(told).toBeLessThan(bound * 1.25);
    }
  });

  it('has none of them sampled, which the library would take for Gaussian', () => {
    for (const mechanism of [skellam, distributed]) {
      const cohort: Mechanism = { type: 'poisson-sampled', samplingRate: 0.1, mechanism };
      expect(toDpEvent(cohort, 'add-remove').event).toEqual({ ...MODULE, class_name: 'UnsupportedDpEvent' });
    }
    const capped: Mechanism = {
      type: 'poisson-sampled',
      samplingRate: 0.1,
      cap: { cohort: 30, population: 100 },
      mechanism: { type: 'laplace', noiseMultiplier: 1 },
    };
    expect(toDpEvent(capped, 'add-remove').class_name).toBe('UnsupportedDpEvent');
  });

  /** What dp_accounting's Renyi accountant makes of the event, at the integer orders of its list. */
  function epsilonOfZcdp(rho: number, xi: number, delta: number): number {
    const orders = [...Array.from({ length: 62 }, (_, k) => k + 2), 128, 256, 512, 1024];
    return Math.min(...orders.map(a => xi + rho * a + Math.log1p(-1 / a) - Math.log(delta * a) / (a - 1)));
  }
});
