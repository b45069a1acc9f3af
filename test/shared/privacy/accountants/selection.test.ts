import { describe, expect, it, test } from 'vitest';
import { type AccountantName, epsilonOf } from '../../../../shared/privacy/accountants/account.ts';
import { ORDERS } from '../../../../shared/privacy/accountants/rdp/convert.ts';
import { renyiCurve } from '../../../../shared/privacy/accountants/rdp/rdp.ts';
import { selectionCurve } from '../../../../shared/privacy/accountants/rdp/selection.ts';
import { drawRuns, expectedRuns, runsWithMean } from '../../../../shared/privacy/accountants/selection-runs.ts';
import { UnsupportedMechanismError } from '../../../../shared/privacy/errors.ts';
import type { Mechanism, RunCount } from '../../../../shared/privacy/mechanism.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { distributionOf, flawsOf } from '../../../support/distribution.ts';
import { gaussian, poisson, relativeError, repeated } from './reference.ts';

const negativeBinomial = (eta: number, gamma: number): RunCount => ({ type: 'negative-binomial', eta, gamma });
const poissonRuns = (mean: number): RunCount => ({ type: 'poisson', mean });
const best = (runs: RunCount, ...candidates: Mechanism[]): Mechanism => ({
  type: 'private-selection',
  candidates,
  runs,
});
const ALL_RUNS = [
  negativeBinomial(-0.6, 0.07),
  negativeBinomial(0, 0.149),
  negativeBinomial(0.5, 0.06),
  negativeBinomial(1, 0.2),
  negativeBinomial(3.7, 0.61),
  poissonRuns(0.3),
  poissonRuns(1),
  poissonRuns(7.3),
];

/** P(K = k) for k = 0, 1, ..., by its definition, as far as it counts. */
function massOf(runs: RunCount, length = 4000): number[] {
  const weights = [runs.type === 'poisson' ? 1 : 0];
  for (let k = 1; k < length; k++) {
    if (runs.type === 'poisson') weights.push((weights[k - 1]! * runs.mean) / k);
    else if (k === 1) weights.push(1);
    else weights.push((weights[k - 1]! * (1 - runs.gamma) * (runs.eta + k - 1)) / k);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}

describe('the number of runs', () => {
  test.each(ALL_RUNS)('%j has its mean', runs => {
    const mean = massOf(runs, 20_000).reduce((sum, probability, k) => sum + k * probability, 0);
    expect(expectedRuns(runs)).toBeCloseTo(mean, 9);
  });

  test.each(ALL_RUNS)('%j is drawn as it is defined', runs => {
    const mass = massOf(runs);
    const random = seededRandom(5, 'runs', JSON.stringify(runs));
    // A Poisson sampler of its own for each draw takes time, and has tests of its own.
    const length = runs.type === 'poisson' ? 1_000 : 40_000;
    const samples = Float64Array.from({ length }, () => drawRuns(runs, random));
    expect(
      flawsOf(
        samples,
        distributionOf(k => mass[k]!, 0, mass.length - 1),
      ),
    ).toEqual([]);
  });

  test.each([
    [-0.4, 3],
    [0, 10],
    [1e-9, 10],
    [1, 10],
    [2.5, 40],
    [0, 1],
  ])('eta %d and a mean of %d give gamma', (eta, mean) => {
    const runs = runsWithMean(eta, mean);
    expect(expectedRuns(runs)).toBeCloseTo(mean, 9);
    expect(drawRuns(runsWithMean(eta, 1), seededRandom(1))).toBe(1);
  });

  it('refuses means that there are not', () => {
    expect(() => runsWithMean(0, 0.5)).toThrow('at least 1');
    expect(() => runsWithMean(-1, 3)).toThrow('above -1');
    expect(() => runsWithMean(-0.999, 1e6)).toThrow('Raise eta');
  });
});

/** The probabilities of what a mechanism on a finite set gives, worst to best, on two neighbouring data sets. */
type Pair = readonly [readonly number[], readonly number[]];

function divergence([p, q]: Pair, order: number): number {
  const exponents = p.map((value, at) => order * Math.log(value) + (1 - order) * Math.log(q[at]!));
  const high = Math.max(...exponents);
  return (high + Math.log(exponents.reduce((sum, x) => sum + Math.exp(x - high), 0))) / (order - 1);
}

const symmetric = (f: (pair: Pair) => number, [p, q]: Pair): number => Math.max(f([p, q]), f([q, p]));

function deltaOf([p, q]: Pair, epsilon: number): number {
  return p.reduce((sum, value, at) => sum + Math.max(0, value - Math.exp(epsilon) * q[at]!), 0);
}

/** What the best of K runs gives: of k runs, all are at most y with probability P(Y <= y)^k. No run is a result too. */
function selected(p: readonly number[], runs: RunCount): number[] {
  const mass = massOf(runs);
  const results = p.map(() => 0);
  for (const [k, probability] of mass.entries()) {
    let below = 0;
    let powerBelow = 0;
    for (const [y, value] of p.entries()) {
      below += value;
      const power = y === p.length - 1 ? 1 : below ** k;
      if (k > 0) results[y]! += probability * (power - powerBelow);
      powerBelow = power;
    }
  }
  return mass[0]! > 0 ? [mass[0]!, ...results] : results;
}

/** A rare best result, and one before it that is rarer by far. */
function rareBest(epsilon: number, top: number, middle: number): Pair {
  const grown = Math.exp(epsilon);
  const p = [1 - top - middle * grown, middle * grown, top];
  const q = [1 - top * grown - middle, middle, top * grown];
  return [p, q];
}

const PAIRS: readonly Pair[] = [
  rareBest(0.3, 0.2, 1e-3),
  rareBest(1, 0.05, 1e-4),
  rareBest(2.5, 0.01, 0.004),
  [
    [0.2, 0.5, 0.1, 0.2],
    [0.3, 0.3, 0.25, 0.15],
  ],
  [
    [0.01, 0.09, 0.9],
    [0.05, 0.35, 0.6],
  ],
];

describe('on finite mechanisms, against the exact distribution of the best', () => {
  const boundOf = (pair: Pair, runs: RunCount) =>
    selectionCurve(
      order => symmetric(each => divergence(each, order), pair),
      runs,
      epsilon => symmetric(each => deltaOf(each, epsilon), pair),
    );

  test.each(ALL_RUNS)('%j: the bound holds at every order', runs => {
    for (const pair of PAIRS) {
      const bound = boundOf(pair, runs);
      const [p, q] = pair.map(side => selected(side, runs)) as [number[], number[]];
      for (const order of [1.1, 1.5, 2, 3, 5.5, 9, 17, 63, 200]) {
        expect(bound(order)).toBeGreaterThanOrEqual(symmetric(each => divergence(each, order), [p, q]));
      }
    }
  });

  // Papernot and Steinke, corollary 3 and the remark that it is tight: epsilon of a run times 2 + eta.
  test.each([-0.5, 0, 1, 2])('eta %d: near (2 + eta) epsilon, which some mechanism comes near', eta => {
    const epsilon = 0.7;
    const runs = negativeBinomial(eta, 1e-3);
    const pair = rareBest(epsilon, 0.15, 1e-7);
    const [p, q] = pair.map(side => selected(side, runs)) as [number[], number[]];
    const bound = boundOf(pair, runs)(1000);
    expect(bound).toBeCloseTo((2 + eta) * epsilon, 1);
    expect(symmetric(each => divergence(each, 1000), [p, q])).toBeGreaterThan(0.95 * bound);
  });

  it('a Poisson number that is mostly 0 costs about as much less', () => {
    const pair = PAIRS[1]!;
    const runs = poissonRuns(0.01);
    const [p, q] = pair.map(side => selected(side, runs)) as [number[], number[]];
    const exact = symmetric(each => divergence(each, 2), [p, q]);
    expect(boundOf(pair, runs)(2)).toBeLessThan(1.1 * exact);
    expect(exact).toBeLessThan(0.05 * symmetric(each => divergence(each, 2), pair));
  });
});

describe('closed forms', () => {
  test.each([
    [0.01, 0.01, 0],
    [0.083, 0.1, 0],
    [0.5, 0.003, 0.5],
    [0.021, 0.3, 1],
    [0.9, 0.01, 5],
  ])('Gaussian noise, corollary 4: rho %d, gamma %d, eta %d', (rho, gamma, eta) => {
    const runs = negativeBinomial(eta, gamma);
    const curve = renyiCurve(best(runs, gaussian(1 / Math.sqrt(2 * rho))), 'zero-out');
    const logMean = Math.log(expectedRuns(runs));
    const price = 2 * (1 + eta) * Math.sqrt(rho * Math.log(1 / gamma)) - eta * rho;
    for (const order of [1.7, 4, 12, 64]) {
      const exact = rho * (order - 1) + logMean / (order - 1) + price;
      expect(relativeError(curve(order), exact)).toBeLessThan(1e-8);
      expect(curve(order)).toBeGreaterThan(exact * (1 - 1e-14));
    }
  });

  test.each(['zero-out', 'replace-one'] as const)('Poisson runs of Gaussian noise, theorem 6, under %s', adjacency => {
    const [noise, mean] = [3.3, 12.5];
    const curve = renyiCurve(best(poissonRuns(mean), gaussian(noise)), adjacency);
    const apart = adjacency === 'replace-one' ? 2 : 1;
    for (const order of [1.7, 4, 12, 64]) {
      const run = (apart ** 2 * order) / (2 * noise ** 2);
      const delta = gaussianDelta(apart / noise, Math.log(order / (order - 1)));
      const exact = run + mean * delta + Math.log(mean) / (order - 1);
      expect(relativeError(curve(order), exact)).toBeLessThan(1e-5);
      expect(curve(order)).toBeGreaterThan(exact * (1 - 1e-6));
    }
  });
});

/** E[max(0, 1 - e^(epsilon - loss))] over the privacy loss, normal with mean mu^2 / 2 and deviation mu, by trapezoids. */
function gaussianDelta(mu: number, epsilon: number): number {
  const step = 1e-3;
  let sum = 0;
  for (let z = -12; z < 12; z += step) {
    const loss = mu * mu * 0.5 + mu * z;
    if (loss > epsilon) sum += (1 - Math.exp(epsilon - loss)) * Math.exp((-z * z) / 2) * step;
  }
  return sum / Math.sqrt(2 * Math.PI);
}

describe('what must be so', () => {
  const run: Mechanism = repeated(poisson(0.05, gaussian(1.5)), 100);
  const epsilon = (mechanism: Mechanism) => epsilonOf(mechanism, 1e-6, 'rdp', 'add-remove');

  test.each([-0.5, 0, 1, 3])('always one run, eta %d: what the run costs', eta => {
    expect(epsilon(best(negativeBinomial(eta, 1), run))).toBe(epsilon(run));
  });

  it('more runs, and a larger eta at the same mean, cost more, and ten runs far less than they add up to', () => {
    const byMean = [1, 2, 10, 100].map(mean => epsilon(best(runsWithMean(0, mean), run)));
    const byEta = [-0.5, 0, 0.5, 1, 2].map(eta => epsilon(best(runsWithMean(eta, 10), run)));
    for (const costs of [byMean, byEta]) expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    expect(byMean[2]).toBeGreaterThan(1.3 * epsilon(run));
    expect(byMean[2]).toBeLessThan(2 * epsilon(run));
    expect(byMean[2]).toBeLessThan(epsilon(repeated(run, 10)) / 1.9);
  });

  it('several candidates cost what the worst does, in any order', () => {
    const [weak, strong] = [gaussian(2.2), gaussian(3.1)];
    for (const runs of [negativeBinomial(0, 0.1), poissonRuns(4)]) {
      expect(epsilon(best(runs, strong, weak))).toBe(epsilon(best(runs, weak)));
      expect(epsilon(best(runs, weak, strong))).toBe(epsilon(best(runs, weak)));
      expect(epsilon(best(runs, strong))).toBeLessThan(epsilon(best(runs, weak)));
    }
  });

  it('takes every mechanism that the accountant knows, and adds up with others', () => {
    const inner: Mechanism[] = [
      { type: 'laplace', noiseMultiplier: 2 },
      { type: 'skellam', variance: 900, l1Sensitivity: 9, l2Sensitivity: 3 },
      { type: 'discrete-gaussian', sigma: 31, sensitivity: 4, dimension: 3 },
      { type: 'composed', mechanisms: [run, gaussian(9)] },
      {
        type: 'matrix-factorization',
        strategy: { type: 'toeplitz' },
        steps: 20,
        minSeparation: 5,
        maxParticipations: 4,
        noiseMultiplier: 8,
      },
    ];
    for (const runs of [negativeBinomial(0, 0.2), poissonRuns(5)]) {
      for (const candidate of inner) {
        const tuned = epsilon(best(runs, candidate));
        expect(tuned).toBeGreaterThan(epsilon(candidate));
        expect(tuned).toBeLessThan(Infinity);
      }
      const both = renyiCurve({ type: 'composed', mechanisms: [best(runs, run), gaussian(4)] }, 'add-remove');
      const [selection, other] = [best(runs, run), gaussian(4)].map(part => renyiCurve(part, 'add-remove'));
      expect(both(7)).toBe(selection!(7) + other!(7));
    }
  });

  it('promises nothing where a run promises nothing', () => {
    expect(epsilon(best(negativeBinomial(0, 0.2), gaussian(0)))).toBe(Infinity);
    expect(epsilon(best(poissonRuns(3), gaussian(0)))).toBe(Infinity);
    const broken = selectionCurve(
      () => NaN,
      negativeBinomial(0, 0.2),
      () => NaN,
    );
    expect(ORDERS.every(order => !(broken(order) >= 0))).toBe(true);
  });

  test.each<AccountantName>(['exact', 'pld', 'zcdp'])('%s has no bound', accountant => {
    expect(() => epsilonOf(best(poissonRuns(3), gaussian(4)), 1e-6, accountant, 'add-remove')).toThrow(
      UnsupportedMechanismError,
    );
  });

  test.each<[string, Mechanism]>([
    ['candidate', best(poissonRuns(3))],
    ['gamma', best(negativeBinomial(0, 0), gaussian(2))],
    ['gamma', best(negativeBinomial(0, 1.1), gaussian(2))],
    ['eta', best(negativeBinomial(-1, 0.5), gaussian(2))],
    ['mean', best(poissonRuns(0), gaussian(2))],
    ['noiseMultiplier', best(poissonRuns(2), gaussian(-2))],
  ])('refuses a %s that is not one', (_, mechanism) => {
    expect(() => epsilon(mechanism)).toThrow(expect.objectContaining({ code: 'settings' }));
  });
});
