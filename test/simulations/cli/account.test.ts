import { describe, expect, it, test } from 'vitest';
import { ACCOUNTANTS, epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import type { Mechanism } from '../../../shared/privacy/mechanism.ts';
import type { AccountFlags } from '../../../simulations/cli/account.ts';
import { type AccountAnswer, accountAnswer } from '../../../simulations/cli/account-answer.ts';
import { accountRequest } from '../../../simulations/cli/account-request.ts';
import { answerText } from '../../../simulations/cli/account-text.ts';
import { runCli } from '../../support/cli.ts';

function account(flags: AccountFlags): AccountAnswer {
  return accountAnswer(accountRequest({ delta: 1e-6, ...flags }));
}

test('prints one JSON document with epsilon by the tightest accountant, and the event that gives it', async () => {
  const flags = '--mechanism gaussian --sampling poisson --sampling-rate 0.01 --noise-multiplier 1.1 --steps 1000';
  const { status, stdout, stderr } = await runCli('account', ...flags.split(' '), '--delta', '1e-6', '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const answer = JSON.parse(stdout) as AccountAnswer;
  // dp_accounting 0.6.0: 1.752985 by PLD.
  expect(answer.epsilon).toBeGreaterThan(1.7529);
  expect(answer.epsilon).toBeLessThan(1.7529 * 1.002);
  expect(answer).toMatchObject({
    noiseMultiplier: 1.1,
    delta: 1e-6,
    accountant: 'pld',
    adjacency: 'add-remove',
    unit: 'user',
    mechanism: 'gaussian',
    sampling: { scheme: 'poisson', rate: 0.01 },
    steps: 1000,
    accountants: {
      exact: { unsupported: expect.any(String) },
      pld: { epsilon: answer.epsilon },
      rdp: { epsilon: expect.any(Number) },
      zcdp: { unsupported: expect.any(String) },
    },
    event: {
      class_name: 'SelfComposedDpEvent',
      count: 1000,
      event: {
        class_name: 'PoissonSampledDpEvent',
        sampling_probability: 0.01,
        event: { class_name: 'GaussianDpEvent', noise_multiplier: 1.1 },
      },
    },
    eventRelation: 'ADD_OR_REMOVE_ONE',
  });
});

test('what contradicts itself is wrong use: a sentence, and exit status 2', async () => {
  const flags = ['--noise-multiplier', '1', '--epsilon', '2', '--delta', '1e-6', '--json'];
  const { status, stdout, stderr } = await runCli('account', ...flags);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^larder: --noise-multiplier and --epsilon .*twice\. Give one of them\.\n$/);
});

describe('agrees with the published and recomputed figures', () => {
  it.each<[string, AccountFlags, number]>([
    // dp_accounting 0.6.0, unless another source is named; noise of fixed cohorts is stated there over 2 clip norms.
    ['Gaussian, 1,000 steps', { noiseMultiplier: 10, steps: 1000, delta: 1e-9 }, 23.407_543],
    [
      'a fixed cohort',
      { sampling: 'without-replacement', population: 10_000, cohort: 1, noiseMultiplier: 1, steps: 2000, delta: 1e-7 },
      4.631_686,
    ],
    ['Laplace', { mechanism: 'laplace', noiseMultiplier: 0.5 }, 1.999_998],
    ['discrete Laplace', { mechanism: 'discrete-laplace', noiseParameter: 0.1 }, 0.099_998_1],
    ['discrete Gaussian', { mechanism: 'discrete-gaussian', sigma: 1 }, 4.499_591],
    [
      'randomized response',
      { mechanism: 'randomized-response', noiseParameter: 0.5, buckets: 2, accountant: 'rdp' },
      1.104_083,
    ],
    [
      'a capped cohort',
      {
        sampling: 'poisson',
        samplingRate: 0.01,
        population: 10_000,
        cap: 130,
        noiseMultiplier: 1,
        steps: 100,
        delta: 1e-5,
      },
      2.089_64,
    ],
    // google-research/federated, distributed_dp/accounting_utils.py.
    [
      'distributed discrete Gaussian',
      {
        mechanism: 'distributed-discrete-gaussian',
        scale: 1000,
        clientDeviation: 0.01,
        clients: 100,
        dimension: 16_384,
        accountant: 'rdp',
      },
      112.945_216,
    ],
    [
      'Skellam',
      { mechanism: 'skellam', scale: 1000, centralDeviation: 1, dimension: 16_384, steps: 10, accountant: 'rdp' },
      21.030_399,
    ],
  ])('%s', (_, flags, epsilon) => {
    const answer = account(flags);
    expect(answer.epsilon).toBeGreaterThan(epsilon * (1 - 1e-5));
    expect(answer.epsilon).toBeLessThan(epsilon * (1 + 1e-4));
  });

  it('knows the sensitivity of correlated noise', () => {
    // McMahan et al. 2024: sensitivity of the square-root Toeplitz strategy, by brute force over patterns in 8 steps.
    const answer = account({ mechanism: 'toeplitz', steps: 8, minSeparation: 8, noiseMultiplier: 2 });
    expect(answer.figures).toMatchObject({
      maxParticipations: 1,
      sensitivity: expect.closeTo(Math.sqrt(1.718_379_259), 8),
    });
    expect(answer).toMatchObject({ adjacency: 'zero-out', accountant: 'exact', steps: 8 });
  });
});

const MECHANISMS: [string, AccountFlags][] = [
  ['gaussian', { steps: 37 }],
  ['laplace', { mechanism: 'laplace', steps: 3, accountant: 'rdp' }],
  ['discrete-gaussian', { mechanism: 'discrete-gaussian', sensitivity: 9.5, dimension: 64, steps: 5 }],
  ['discrete-laplace', { mechanism: 'discrete-laplace', sensitivity: 3, accountant: 'rdp' }],
  ['skellam', { mechanism: 'skellam', scale: 900, dimension: 400, clipNorm: 0.7 }],
  [
    'distributed-discrete-gaussian',
    { mechanism: 'distributed-discrete-gaussian', scale: 500, clients: 90, dimension: 99 },
  ],
  ['randomized-response', { mechanism: 'randomized-response', buckets: 7, accountant: 'rdp' }],
  ['toeplitz', { mechanism: 'toeplitz', steps: 50, minSeparation: 7 }],
  ['blt', { mechanism: 'blt', steps: 40, minSeparation: 7, maxParticipations: 2, buffers: 2 }],
  ['banded', { mechanism: 'banded', steps: 40, minSeparation: 5, coefficients: [1, 0.4, 0.2] }],
  ['gaussian, Poisson cohorts', { sampling: 'poisson', population: 9000, cohort: 300, steps: 60, accountant: 'rdp' }],
  ['gaussian, fixed cohorts', { sampling: 'without-replacement', population: 9000, cohort: 300, steps: 60 }],
  ['gaussian, replace-one', { adjacency: 'replace-one', steps: 2 }],
];

/** What states the noise of each, as the answer names it. */
function noiseOf({ noiseMultiplier, figures }: AccountAnswer): AccountFlags {
  return noiseMultiplier === null ? { noiseParameter: figures.noiseParameter as number } : { noiseMultiplier };
}

describe('the noise for a promise', () => {
  it.each(MECHANISMS)('%s: its own answer keeps the promise, and a thousandth less noise would not', (_, flags) => {
    const found = account({ ...flags, epsilon: 3.3 });
    expect(found.epsilon).toBeLessThanOrEqual(3.3);
    const asked = { ...flags, accountant: found.accountant };
    const [[flag, noise]] = Object.entries(noiseOf(found)) as [[string, number]];
    expect(account({ ...asked, [flag]: noise }).epsilon).toBeCloseTo(found.epsilon!, 8);
    expect(account({ ...asked, [flag]: noise * 0.999 }).epsilon).toBeGreaterThan(3.3);
  });

  it('is the least of all accountants, each of which says its own', () => {
    const found = account({ epsilon: 2, steps: 10 });
    expect(found.accountant).toBe('exact');
    for (const name of ACCOUNTANTS) {
      const { noiseMultiplier } = found.accountants[name] as { noiseMultiplier: number };
      expect(noiseMultiplier).toBeGreaterThan(found.noiseMultiplier! * (1 - 2e-4));
      const mechanism: Mechanism = { type: 'repeated', mechanism: { type: 'gaussian', noiseMultiplier }, count: 10 };
      expect(epsilonOf(mechanism, 1e-6, name, 'add-remove')).toBeLessThanOrEqual(2);
    }
  });
});

describe('refuses, and says what to do', () => {
  it.each<[string, AccountFlags, RegExp]>([
    ['no delta', { noiseMultiplier: 1, delta: undefined! }, /--delta.*1 \/ population/],
    ['a delta of 1', { noiseMultiplier: 1, delta: 1 }, /--delta/],
    ['no noise', {}, /--noise-multiplier, or --epsilon/],
    [
      'no noise of discrete Gaussians',
      { mechanism: 'discrete-gaussian' },
      /--noise-multiplier or --sigma, or --epsilon/,
    ],
    ['noise said twice', { mechanism: 'discrete-gaussian', sigma: 3, epsilon: 1 }, /--sigma and --epsilon/],
    ['noise of 0', { noiseMultiplier: 0 }, /--noise-multiplier is above 0/],
    ['steps of 0', { noiseMultiplier: 1, steps: 0 }, /--steps is above 0/],
    ['a rate above 1', { noiseMultiplier: 1, sampling: 'poisson', samplingRate: 1.5 }, /probability/],
    ['a rate without a scheme', { noiseMultiplier: 1, samplingRate: 0.1 }, /--sampling poisson or without-replacement/],
    ['a cohort without a scheme', { noiseMultiplier: 1, population: 99, cohort: 9 }, /--sampling/],
    ['a scheme without a rate', { noiseMultiplier: 1, sampling: 'poisson', cohort: 9 }, /--population and --cohort/],
    [
      'a rate and a cohort',
      { noiseMultiplier: 1, sampling: 'poisson', samplingRate: 0.1, population: 99, cohort: 9 },
      /--sampling-rate, or/,
    ],
    [
      'a cohort above the population',
      { noiseMultiplier: 1, sampling: 'poisson', population: 9, cohort: 99 },
      /Lower --cohort/,
    ],
    [
      'a cap of an unknown population',
      { noiseMultiplier: 1, sampling: 'poisson', samplingRate: 0.1, cap: 9 },
      /--population with --cap/,
    ],
    [
      'a fixed cohort by its rate',
      { noiseMultiplier: 1, sampling: 'without-replacement', samplingRate: 0.1 },
      /--population and --cohort/,
    ],
    ['a foreign flag', { noiseMultiplier: 1, buffers: 3 }, /gaussian has no --buffers.*choose of blt/],
    ['a missing flag', { mechanism: 'skellam', noiseMultiplier: 1 }, /skellam needs --scale/],
    ['correlated noise without steps', { mechanism: 'blt', noiseMultiplier: 1 }, /blt needs --steps/],
    [
      'sampled correlated noise',
      { mechanism: 'blt', noiseMultiplier: 1, steps: 9, sampling: 'poisson', samplingRate: 0.1 },
      /--min-separation/,
    ],
    [
      'coefficients that increase',
      { mechanism: 'banded', noiseMultiplier: 1, steps: 9, coefficients: [1, 0.2, 0.9] },
      /do not increase/,
    ],
    ['half a step of the grid', { mechanism: 'discrete-laplace', noiseParameter: 1, sensitivity: 1.5 }, /whole number/],
    [
      'an answer that is always random',
      { mechanism: 'randomized-response', noiseParameter: 1.5, buckets: 2 },
      /probability/,
    ],
    ['a single answer', { mechanism: 'randomized-response', noiseParameter: 0.5, buckets: 1 }, /--buckets is 2/],
    ['a beta of 1', { mechanism: 'skellam', scale: 10, noiseMultiplier: 1, beta: 1 }, /--beta/],
    [
      'an accountant that cannot',
      { noiseMultiplier: 1, sampling: 'poisson', samplingRate: 0.1, accountant: 'exact' },
      /exact: .*pld or rdp/,
    ],
    [
      'a relation that no accountant knows',
      { noiseMultiplier: 1, sampling: 'without-replacement', population: 99, cohort: 9, adjacency: 'add-remove' },
      /rdp: .*replace-one/,
    ],
  ])('%s', (_, flags, sentence) => {
    expect(() => account(flags)).toThrow(
      expect.objectContaining({ code: 'settings', message: expect.stringMatching(sentence) }),
    );
  });
});

describe('warns', () => {
  it('of a delta that gives one user away', () => {
    const flags = { noiseMultiplier: 1, population: 1000 };
    expect(account({ ...flags, delta: 1e-3 }).warnings).toEqual([
      expect.stringMatching(/1,000 users.*--delta below 0.001/),
    ]);
    expect(account({ ...flags, delta: 9e-4 }).warnings).toEqual([]);
  });

  it('of a cap near the mean', () => {
    const flags: AccountFlags = { sampling: 'poisson', population: 10_000, cohort: 100, noiseMultiplier: 1 };
    expect(account({ ...flags, cap: 149 }).warnings).toEqual([expect.stringMatching(/--cap 150/)]);
    expect(account({ ...flags, cap: 150 }).warnings).toEqual([]);
  });
});

describe('the table', () => {
  it('says whom the figures speak of, and what they rest on', () => {
    const text = answerText(
      account({ sampling: 'poisson', samplingRate: 0.02, noiseMultiplier: 4, accountant: 'rdp' }),
    );
    expect(text).toMatch(/^gaussian, noise multiplier 4, Poisson sampling at rate 0.02, 1 step, delta 1e-6\n/);
    expect(text).toMatch(/\nunit: a user/);
    expect(text).toMatch(/\nadjacency: add-remove, one user more or less/);
    expect(text).toMatch(/\nassumed: each user takes part in each step by an independent coin/);
  });

  it('says of correlated noise how often a user may take part', () => {
    const text = answerText(account({ mechanism: 'toeplitz', steps: 2000, minSeparation: 400, epsilon: 4 }));
    expect(text).toMatch(/at most 5 times in 2,000 steps, any two at least 400 steps apart/);
    expect(text).toMatch(/adjacency: zero-out/);
    expect(text).toMatch(/accountant +│ noise multiplier │ epsilon/);
  });

  it('rounds up: noise that is read off keeps the promise, and so does epsilon', () => {
    for (const epsilon of [0.37, 1.9, 4.1, 7.77, 23]) {
      const answer = account({ epsilon, accountant: 'exact' });
      const text = answerText(answer);
      const noise = Number(/noise multiplier ([\d.]+)/.exec(text)![1]);
      expect(noise).toBeGreaterThanOrEqual(answer.noiseMultiplier!);
      expect(noise).toBeLessThan(answer.noiseMultiplier! * 1.0002);
      expect(Number(/epsilon ([\d.]+) at/.exec(text)![1])).toBeGreaterThanOrEqual(answer.epsilon!);
    }
    expect(answerText(account({ noiseMultiplier: 1.1, accountant: 'exact' }))).toMatch(/noise multiplier 1.1,/);
  });

  it('has no number where no bound is known', () => {
    const answer = account({ noiseMultiplier: 1e-200, accountant: 'zcdp' });
    expect(answer.epsilon).toBeNull();
    expect(answerText(answer)).toMatch(/no finite epsilon is known/);
  });
});

describe('the best of several runs', () => {
  const run = { sampling: 'poisson', samplingRate: 0.01, noiseMultiplier: 1.1, steps: 1000 } as const;
  const mechanism: Mechanism = {
    type: 'repeated',
    mechanism: {
      type: 'poisson-sampled',
      samplingRate: 0.01,
      mechanism: { type: 'gaussian', noiseMultiplier: 1.1 },
    },
    count: 1000,
  };

  it('is charged as private selection, with the score that runs release', () => {
    const answer = account({ ...run, bestOf: 10, runs: 'geometric', scoreDeviation: 25 });
    const score: Mechanism = { type: 'discrete-gaussian', sigma: 25, sensitivity: 1, dimension: 1 };
    const whole: Mechanism = {
      type: 'private-selection',
      candidates: [{ type: 'composed', mechanisms: [mechanism, score] }],
      runs: { type: 'negative-binomial', eta: 1, gamma: 0.1 },
    };
    expect(answer).toMatchObject({ accountant: 'rdp', event: { class_name: 'RepeatAndSelectDpEvent', shape: 1 } });
    expect(answer.epsilon).toBeCloseTo(epsilonOf(whole, 1e-6, 'rdp', 'add-remove'), 9);
    expect(answerText(answer)).toMatch(
      /the best of 10 runs in the mean \(geometric\) by a score with noise of 25 users/,
    );
    expect(answer.assumptions.join()).toMatch(/how many runs there were/);
  });

  it('needs more noise for the same promise, whatever the noise is', () => {
    for (const flags of [
      { sampling: 'poisson', samplingRate: 0.01, steps: 100 },
      { mechanism: 'blt', steps: 40, minSeparation: 10 },
    ] as const) {
      const [alone, best] = [{}, { bestOf: 4 }].map(
        more => account({ ...flags, ...more, accountant: 'rdp', epsilon: 2 }).noiseMultiplier!,
      );
      expect(best).toBeGreaterThan(1.05 * alone!);
    }
  });

  it.each<[AccountFlags, RegExp]>([
    [{ runs: 'poisson' }, /Give --best-of/],
    [{ scoreDeviation: 3 }, /Give --best-of/],
    [{ bestOf: 0.5, runs: 'geometric' }, /at least 1/],
    [{ bestOf: 3, runs: 'uniform' }, /no distribution of runs/],
    [{ bestOf: 3, accountant: 'pld' }, /Use 'rdp'/],
  ])('refuses %j', (flags, message) => {
    expect(() => account({ ...run, ...flags })).toThrow(message);
  });
});
