import { describe, expect, test } from 'vitest';
import { deltaOfCurve, epsilonOfCurve, ORDERS } from '../../../../shared/privacy/accountants/rdp/convert.ts';
import { rdpDelta, rdpEpsilon, renyiCurve } from '../../../../shared/privacy/accountants/rdp/rdp.ts';
import { logSumExp } from '../../../../shared/privacy/accountants/special-functions.ts';
import type { Mechanism } from '../../../../shared/privacy/mechanism.ts';
import { gaussian, poisson, relativeError, repeated } from './reference.ts';

/** The logarithm of a density or of a probability. */
type LogDensity = (x: number) => number;

/** The Renyi divergence of P from Q on the line, by Simpson's rule: kinks must be among the even nodes. */
function divergence(logP: LogDensity, logQ: LogDensity, order: number, reach: number, nodes = 2_000): number {
  let sum = 0;
  for (let k = 0; k <= nodes; k++) {
    const x = ((2 * k) / nodes - 1) * reach;
    const weight = k === 0 || k === nodes ? 1 : k % 2 === 0 ? 2 : 4;
    sum += weight * Math.exp(order * logP(x) + (1 - order) * logQ(x));
  }
  return Math.log((sum * 2 * reach) / nodes / 3) / (order - 1);
}

/** The same on the integers, from log probabilities. */
function discreteDivergence(logP: LogDensity, logQ: LogDensity, order: number, reach = 400): number {
  let sum = 0;
  for (let x = -reach; x <= reach; x++) sum += Math.exp(order * logP(x) + (1 - order) * logQ(x));
  return Math.log(sum) / (order - 1);
}

function normal(x: number, mean: number, deviation: number): number {
  return -(((x - mean) / deviation) ** 2) / 2 - Math.log(deviation * Math.sqrt(2 * Math.PI));
}

function mixture(logDensities: readonly LogDensity[], weights: readonly number[]): LogDensity {
  return x => logSumExp(logDensities.map((logDensity, k) => logDensity(x) + Math.log(weights[k]!)));
}

/** Integers and not, near 1 and not. */
const SOME_ORDERS = [1.1, 1.7, 2, 2.3, 3, 4.9, 8];

describe('Poisson-sampled Gaussian noise', () => {
  test.each([
    [0.37, 1.7],
    [0.013, 0.6],
    [0.97, 3.1],
  ])('removal is what quadrature gives, and addition is less: rate %d, noise %d', (rate, noise) => {
    const curve = renyiCurve(poisson(rate, gaussian(noise)), 'add-remove');
    const out: LogDensity = x => normal(x, 0, noise);
    const sampled = mixture([out, x => normal(x, 1, noise)], [1 - rate, rate]);
    const reach = 10 * noise + 10;
    for (const order of SOME_ORDERS) {
      expect(relativeError(curve(order), divergence(sampled, out, order, reach))).toBeLessThan(1e-9);
      expect(divergence(out, sampled, order, reach)).toBeLessThanOrEqual(curve(order) * (1 + 1e-9));
    }
  });

  test.each([1e-3, 1e-6, 1e-9])('keeps its digits at a rate of %d', rate => {
    for (const noise of [0.6, 1, 30]) {
      const curve = renyiCurve(poisson(rate, gaussian(noise)), 'zero-out');
      const chiSquared = rate ** 2 * Math.expm1(noise ** -2);
      expect(relativeError(curve(2), Math.log1p(chiSquared))).toBeLessThan(1e-12);
      // To first order in u, whose third moment against its second is rate e^(2 / noise^2).
      const slack = rate * Math.exp(2 / noise ** 2) + 1e-11;
      for (const order of [1.1, 1.3, 2.2]) {
        expect(relativeError(curve(order), (order / 2) * chiSquared)).toBeLessThan(2 * slack);
      }
    }
  });

  test.each([1.1, 1.5, 2.2])('counts the far peak of rare samples with little noise: order %d', order => {
    const [rate, noise] = [1e-30, 0.2];
    const curve = renyiCurve(poisson(rate, gaussian(noise)), 'add-remove');
    expect(relativeError(curve(order), (order / 2) * rate ** 2 * Math.expm1(noise ** -2))).toBeLessThan(1e-7);
  });

  test('fractional orders join the integers, whatever the noise', () => {
    for (const noise of [1e-3, 0.019, 0.021, 0.1, 0.3, 2, 50, 1e4]) {
      for (const rate of [1e-4, 0.1, 0.9]) {
        const curve = renyiCurve(poisson(rate, gaussian(noise)), 'add-remove');
        for (const order of [2, 3, 7]) {
          expect(relativeError(curve(order + 1e-7), curve(order))).toBeLessThan(1e-6);
          expect(relativeError(curve(order - 1e-7), curve(order))).toBeLessThan(1e-6);
        }
      }
    }
  });

  test('several releases on one cohort are one Gaussian on it', () => {
    const both = poisson(0.1, { type: 'composed', mechanisms: [gaussian(2), repeated(gaussian(3), 4)] });
    const one = poisson(0.1, gaussian((1 / 4 + 4 / 9) ** -0.5));
    expect(relativeError(rdpEpsilon(both, 1e-6, 'add-remove'), rdpEpsilon(one, 1e-6, 'add-remove'))).toBeLessThan(
      1e-12,
    );
  });

  test('a rate of 1 is no sampling, of 0 no release', () => {
    expect(rdpEpsilon(poisson(1, gaussian(2)), 1e-6, 'replace-one')).toBe(rdpEpsilon(gaussian(2), 1e-6, 'replace-one'));
    expect(rdpEpsilon(poisson(0, gaussian(2)), 1e-6, 'add-remove')).toBe(0);
    expect(rdpEpsilon(poisson(1e-12, gaussian(2)), 1e-6, 'add-remove')).toBe(0);
  });
});

test.each([0.02, 0.3, 0.8])('Poisson-sampled Laplace noise is never below the truth: rate %d', rate => {
  const noise = { type: 'laplace', noiseMultiplier: 1.3 } as const;
  const curve = renyiCurve(poisson(rate, noise), 'add-remove');
  const out: LogDensity = x => -Math.abs(x) / 1.3 - Math.log(2.6);
  const sampled = mixture([out, x => out(x - 1)], [1 - rate, rate]);
  for (const order of SOME_ORDERS) {
    const truth = divergence(sampled, out, order, 48, 9_600);
    expect(curve(order)).toBeGreaterThan(truth * (1 - 1e-7));
    expect(curve(order)).toBeGreaterThan(divergence(out, sampled, order, 48, 9_600) * (1 - 1e-7));
    expect(curve(order)).toBeLessThanOrEqual(renyiCurve(noise, 'add-remove')(Math.ceil(order)));
    if (order === 2) expect(relativeError(curve(order), truth)).toBeLessThan(1e-6);
  }
});

describe('sampling without replacement', () => {
  const small = { type: 'sampled-without-replacement', population: 500, cohort: 5 } as const;

  /** Of three users with values in [-1, 1], one or two are drawn, all alike. */
  const outcomes = (values: readonly number[], cohort: number, noise: number): LogDensity => {
    const sums = cohort === 1 ? values : [values[0]! + values[1]!, values[0]! + values[2]!, values[1]! + values[2]!];
    return mixture(
      sums.map(sum => x => normal(x, sum, noise)),
      [1 / 3, 1 / 3, 1 / 3],
    );
  };

  test.each([
    [1, 0.9],
    [1, 3.3],
    [2, 2.1],
    [2, 8.7],
  ])('is never below the truth: cohort %d of 3, noise %d', (cohort, noise) => {
    const step: Mechanism = { type: 'sampled-without-replacement', population: 3, cohort, mechanism: gaussian(noise) };
    const curves = { 'replace-one': renyiCurve(step, 'replace-one'), 'zero-out': renyiCurve(step, 'zero-out') };
    const pairs = [
      ['replace-one', 1, -1],
      ['zero-out', 1, 0],
      ['zero-out', 0, 1],
    ] as const;
    for (const order of [1.1, 1.7, 2, 3, 4.9]) {
      for (const others of [
        [1, 1],
        [-1, -1],
        [1, -1],
      ]) {
        for (const [adjacency, here, there] of pairs) {
          const [p, q] = [here, there].map(last => outcomes([...others, last], cohort, noise));
          const truth = divergence(p!, q!, order, 10 * noise + 20, 400);
          expect(truth).toBeLessThanOrEqual(curves[adjacency](order) * (1 + 1e-9));
        }
      }
      expect(curves['zero-out'](order)).toBeLessThanOrEqual(renyiCurve(gaussian(noise), 'zero-out')(order));
      expect(curves['replace-one'](order)).toBeLessThanOrEqual(renyiCurve(gaussian(noise), 'replace-one')(order));
    }
  });

  test('a zeroed user is bounded by a replaced one, all of whose sensitivity the sample has', () => {
    const step: Mechanism = { ...small, mechanism: gaussian(9) };
    for (const order of [1.5, 3, 6, 40]) {
      expect(renyiCurve(step, 'zero-out')(order)).toBe(renyiCurve(step, 'replace-one')(order));
    }
  });

  test('amplifies: a hundredth of the users costs far less than all, whatever the noise is', () => {
    const laplace: Mechanism = { type: 'laplace', noiseMultiplier: 4 };
    for (const noise of [gaussian(4), laplace]) {
      const step: Mechanism = { ...small, mechanism: noise };
      const all: Mechanism = { ...step, cohort: 500 };
      expect(renyiCurve(step, 'replace-one')(2)).toBeLessThan(0.01 * renyiCurve(all, 'replace-one')(2));
      expect(renyiCurve(all, 'replace-one')(2)).toBe(renyiCurve(noise, 'replace-one')(2));
    }
  });
});

describe('discrete and other noise', () => {
  test('Laplace is what quadrature gives', () => {
    const curve = renyiCurve({ type: 'laplace', noiseMultiplier: 0.8 }, 'replace-one');
    const log: LogDensity = x => -Math.abs(x) / 0.8 - Math.log(1.6);
    for (const order of SOME_ORDERS) {
      expect(
        relativeError(
          curve(order),
          divergence(x => log(x - 2), log, order, 48, 9_600),
        ),
      ).toBeLessThan(1e-7);
    }
  });

  test.each([
    [0.3, 1],
    [0.9, 3],
    [2.1, 7],
  ])('discrete Laplace is the sum over all integers: parameter %d, sensitivity %d', (noiseParameter, sensitivity) => {
    const curve = renyiCurve({ type: 'discrete-laplace', noiseParameter, sensitivity }, 'add-remove');
    const logP: LogDensity = x => Math.log(Math.tanh(noiseParameter / 2)) - noiseParameter * Math.abs(x);
    for (const order of SOME_ORDERS) {
      const truth = discreteDivergence(logP, x => logP(x - sensitivity), order);
      expect(relativeError(curve(order), truth)).toBeLessThan(1e-12);
    }
  });

  test('randomised response is the sum over the buckets', () => {
    const curve = renyiCurve({ type: 'randomized-response', noiseParameter: 0.4, buckets: 5 }, 'replace-one');
    const p = [0.68, 0.08, 0.08, 0.08, 0.08];
    const q = [0.08, 0.68, 0.08, 0.08, 0.08];
    for (const order of SOME_ORDERS) {
      const sum = p.reduce((total, value, k) => total + value ** order * q[k]! ** (1 - order), 0);
      expect(relativeError(curve(order), Math.log(sum) / (order - 1))).toBeLessThan(1e-12);
    }
    expect(rdpEpsilon({ type: 'randomized-response', noiseParameter: 1, buckets: 5 }, 1e-6, 'replace-one')).toBe(0);
  });

  /** Probabilities of a sum of independent integers, indexed from -reach. */
  const convolve = (a: Float64Array, b: Float64Array, reach: number): Float64Array => {
    const sum = new Float64Array(2 * reach + 1);
    for (let i = 0; i < a.length; i++) {
      for (let j = 0; j < b.length; j++) {
        const at = i + j - reach;
        if (at >= 0 && at < sum.length) sum[at]! += a[i]! * b[j]!;
      }
    }
    return sum;
  };
  const logAt = (probabilities: Float64Array, reach: number): LogDensity => {
    return x => Math.log(probabilities[x + reach] ?? 0);
  };

  test.each([0.35, 0.5, 1.2])(
    'a sum of three discrete Gaussians is never below the truth: each of sigma %d',
    clientSigma => {
      const reach = 60;
      const one = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
        Math.exp(-(((k - reach) / clientSigma) ** 2) / 2),
      );
      const total = one.reduce((sum, value) => sum + value);
      const each = one.map(value => value / total);
      const logP = logAt(convolve(convolve(each, each, reach), each, reach), reach);
      const sensitivities = { l1Sensitivity: 1, l2Sensitivity: 1, dimension: 1 };
      const curve = renyiCurve(
        { type: 'distributed-discrete-gaussian', clientSigma, clients: 3, ...sensitivities },
        'add-remove',
      );
      for (const order of [1.1, 1.7, 2, 3, 5]) {
        expect(discreteDivergence(logP, x => logP(x - 1), order, 12)).toBeLessThan(curve(order));
      }
    },
  );

  test.each([
    [1, 1],
    [4, 2],
    [25, 3],
  ])('Skellam is never below the truth, and close: variance %d, sensitivity %d', (variance, sensitivity) => {
    const reach = 150;
    const poissonPmf = new Float64Array(2 * reach + 1);
    let probability = Math.exp(-variance / 2);
    for (let k = 0; k <= reach; probability *= variance / 2 / ++k) poissonPmf[reach + k] = probability;
    const logP = logAt(convolve(poissonPmf, poissonPmf.toReversed(), reach), reach);
    const curve = renyiCurve(
      { type: 'skellam', variance, l1Sensitivity: sensitivity, l2Sensitivity: sensitivity },
      'zero-out',
    );
    for (const order of [1.2, 2, 3, 5]) {
      const truth = discreteDivergence(logP, x => logP(x - sensitivity), order, 60);
      expect(truth).toBeLessThan(curve(order));
      if (variance === 25 && order >= 2) expect(truth).toBeGreaterThan(0.9 * curve(order));
    }
  });

  test('one user replaced moves a sum twice as far as one removed', () => {
    const pairs: readonly (readonly [Mechanism, Mechanism])[] = [
      [gaussian(3), gaussian(1.5)],
      [
        { type: 'laplace', noiseMultiplier: 3 },
        { type: 'laplace', noiseMultiplier: 1.5 },
      ],
      [
        { type: 'discrete-gaussian', sigma: 3, sensitivity: 2, dimension: 4 },
        { type: 'discrete-gaussian', sigma: 3, sensitivity: 4, dimension: 4 },
      ],
      [
        { type: 'discrete-laplace', noiseParameter: 0.2, sensitivity: 1 },
        { type: 'discrete-laplace', noiseParameter: 0.2, sensitivity: 2 },
      ],
      [
        { type: 'skellam', variance: 90, l1Sensitivity: 5, l2Sensitivity: 3 },
        { type: 'skellam', variance: 90, l1Sensitivity: 10, l2Sensitivity: 6 },
      ],
    ];
    for (const [mechanism, doubled] of pairs) {
      expect(rdpEpsilon(mechanism, 1e-6, 'replace-one')).toBeCloseTo(rdpEpsilon(doubled, 1e-6, 'add-remove'), 12);
    }
  });
});

describe('the conversion', () => {
  test('takes the best order, and one of delta back to epsilon is the same', () => {
    const curve = renyiCurve(gaussian(1.9), 'add-remove');
    const epsilon = epsilonOfCurve(curve, 1e-6);
    for (const order of ORDERS) {
      const at = curve(order) + Math.log1p(-1 / order) - Math.log(1e-6 * order) / (order - 1);
      expect(epsilon).toBeLessThanOrEqual(at);
    }
    expect(relativeError(deltaOfCurve(curve, epsilon), 1e-6)).toBeLessThan(1e-9);
    expect(rdpDelta(gaussian(1.9), epsilon, 'add-remove')).toBe(deltaOfCurve(curve, epsilon));
  });

  test('leaves orders out that failed', () => {
    expect(epsilonOfCurve(() => NaN, 1e-6)).toBe(Infinity);
    expect(epsilonOfCurve(() => -1, 1e-6)).toBe(Infinity);
    expect(deltaOfCurve(() => NaN, 1)).toBe(1);
    expect(epsilonOfCurve(order => (order === 8 ? 0.5 : NaN), 1e-6)).toBeCloseTo(
      0.5 + Math.log(7 / 8) - Math.log(8e-6) / 7,
      12,
    );
  });

  test('fails to infinity', () => {
    for (const noise of [0, NaN]) {
      expect(rdpEpsilon(gaussian(noise), 1e-6, 'add-remove')).toBe(Infinity);
      expect(rdpEpsilon(poisson(0.1, gaussian(noise)), 1e-6, 'add-remove')).toBe(Infinity);
      expect(rdpDelta(poisson(0.1, gaussian(noise)), 1, 'add-remove')).toBe(1);
    }
    expect(rdpEpsilon(poisson(1.5, gaussian(1)), 1e-6, 'add-remove')).toBe(Infinity);
    expect(rdpEpsilon(poisson(-0.5, gaussian(1)), 1e-6, 'add-remove')).toBe(Infinity);
    expect(rdpEpsilon(repeated(gaussian(1), -3), 1e-6, 'add-remove')).toBe(Infinity);
  });
});
