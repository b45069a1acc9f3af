import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalCdf } from '../../../../shared/privacy/accountants/special-functions.ts';
import {
  binomialLowerBound,
  binomialMass,
  binomialTail,
  binomialUpperBound,
} from '../../../../shared/privacy/audit/binomial.ts';
import { auditErrorRates } from '../../../../shared/privacy/audit/error-rates.ts';
import { auditOneRunFdp, fdpEpsilonLowerBound } from '../../../../shared/privacy/audit/f-dp.ts';
import { auditGaussian, epsilonOfGaussian } from '../../../../shared/privacy/audit/gaussian.ts';
import { normalQuantile } from '../../../../shared/privacy/audit/normal-quantile.ts';
import { auditOneRun, oneRunEpsilonLowerBound } from '../../../../shared/privacy/audit/one-run.ts';
import { operatingPointAt, operatingPoints } from '../../../../shared/privacy/audit/operating-points.ts';
import { twoNormalsEpsilon } from '../../../../shared/privacy/audit/two-normals.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';

const DELTA = 1e-5;

/** Scores of canaries that a mu-GDP mechanism gave away as much as it can. */
function gaussianScores(mu: number, count: number, seed: number) {
  const random = seededRandom(seed, 'canaries', mu);
  const draw = (mean: number) => Float64Array.from({ length: count }, () => random.normal() + mean);
  return { included: draw(mu), excluded: draw(0) };
}

describe.each([0.5, 1, 2])('scores of %d-GDP', mu => {
  const truth = epsilonOfGaussian(mu, DELTA);
  const settings = { delta: DELTA, significance: 0.01 };
  const all = Array.from({ length: 20 }, (_, seed) => gaussianScores(mu, 500, seed));

  test.each([
    ['one run', auditOneRun],
    ['one run, f-DP', auditOneRunFdp],
    ['error rates', auditErrorRates],
    ['Gaussian', auditGaussian],
  ])('%s: never above the truth in twenty runs, seldom 0, and larger where the leak is doubled', (_, audit) => {
    const bounds = all.map(scores => audit(scores, settings));
    expect(Math.max(...bounds)).toBeLessThanOrEqual(truth);
    expect(bounds.filter(bound => bound > 0).length).toBeGreaterThan(mu < 1 ? 3 : 18);
    const doubled = audit(gaussianScores(2 * mu, 500, 1), settings);
    expect(doubled).toBeGreaterThan(Math.max(...bounds));
  });

  test('a threshold chosen beforehand gains what Bonferroni loses', () => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const fixed = all.map(scores => auditOneRunFdp(scores, { ...settings, threshold: mu + 0.5 }));
    expect(mean(fixed)).toBeGreaterThan(mean(all.map(scores => auditOneRunFdp(scores, settings))));
    expect(Math.max(...fixed)).toBeLessThanOrEqual(truth);
  });

  test('the Gaussian estimate finds a mechanism that leaks twice what it claims', () => {
    expect(auditGaussian(gaussianScores(2 * mu, 5_000, 2), settings)).toBeGreaterThan(truth);
  });
});

test('guesses no better than a coin contradict nothing', () => {
  const guesses = { canaries: 1_000, guesses: 500, correct: 251 };
  expect(oneRunEpsilonLowerBound(guesses, DELTA, 0.05)).toBe(0);
  expect(fdpEpsilonLowerBound(guesses, DELTA, 0.05)).toBe(0);
});

test('the operating points are the corners of the hull, ties and all: held to every pair of points', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(scores, scores, (included, excluded) => {
      const canaries = { included: Float64Array.from(included), excluded: Float64Array.from(excluded) };
      const every = [...new Set([Infinity, ...included, ...excluded])].map(at => operatingPointAt(canaries, at));
      const hull = operatingPoints(canaries);
      for (const point of every) {
        const corner = hull.find(({ threshold }) => threshold === point.threshold);
        const below = every.some(a =>
          every.some(c => {
            if (a === point || c === point || a.falsePositives > point.falsePositives) return false;
            if (c.falsePositives < point.falsePositives || a.truePositives > c.truePositives) return false;
            const across = (c.falsePositives - a.falsePositives) * (point.truePositives - a.truePositives);
            const along = (c.truePositives - a.truePositives) * (point.falsePositives - a.falsePositives);
            return a.threshold > point.threshold && c.threshold < point.threshold && across <= along;
          }),
        );
        expect(corner === undefined).toBe(below);
        if (corner) expect(corner).toEqual(point);
      }
    }),
  );
});

describe('distributions', () => {
  test('binomial tails and bounds, against sums', () => {
    for (const [trials, p] of [
      [7, 0.31],
      [60, 0.5],
      [500, 0.013],
    ] as const) {
      for (let k = 0; k <= trials; k += Math.ceil(trials / 9)) {
        let tail = 0;
        for (let x = trials; x >= k; x--) tail += binomialMass(x, trials, p);
        if (tail > 1e-300) expect(binomialTail(k, trials, p) / tail).toBeCloseTo(1, 11);
        const upper = binomialUpperBound(k, trials, 1e-3);
        const lower = binomialLowerBound(k, trials, 1e-3);
        expect(upper).toBeGreaterThan(k / trials - 1e-12);
        expect(lower).toBeLessThan(k / trials + 1e-12);
        if (k < trials) expect(1 - binomialTail(k + 1, trials, upper)).toBeCloseTo(1e-3, 12);
        if (k > 0) expect(binomialTail(k, trials, lower)).toBeCloseTo(1e-3, 12);
      }
    }
  });

  test('the rule of three, and its exact form', () => {
    expect(binomialUpperBound(0, 1_000, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 1_000), 14);
  });

  test('the normal quantile undoes the distribution function, far into the tail', () => {
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), z => {
        const p = normalCdf(z);
        expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(z > 0 ? 1e-9 : 1e-13 * (1 - z));
      }),
    );
  });

  test('two normals of one deviation are the Gaussian mechanism, wherever they lie and however they are scaled', () => {
    for (const mu of [0.3, 1.7, 6.1]) {
      const found = twoNormalsEpsilon({ mean: 5 + 3 * mu, deviation: 3 }, { mean: 5, deviation: 3 }, DELTA);
      expect(found / epsilonOfGaussian(mu, DELTA)).toBeCloseTo(1, 9);
    }
    expect(twoNormalsEpsilon({ mean: 2, deviation: 3 }, { mean: 2, deviation: 3 }, DELTA)).toBe(0);
    const nearly = twoNormalsEpsilon({ mean: 1, deviation: 1 + 1e-12 }, { mean: 0, deviation: 1 }, DELTA);
    expect(nearly / epsilonOfGaussian(1, DELTA)).toBeCloseTo(1, 9);
  });
});
