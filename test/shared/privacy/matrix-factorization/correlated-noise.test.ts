import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericalError, SettingsError } from '../../../../shared/errors.ts';
import { bltFor } from '../../../../shared/privacy/matrix-factorization/blt.ts';
import {
  CorrelatedNoise,
  correlatedSigma,
  type NoiseSampler,
} from '../../../../shared/privacy/matrix-factorization/correlated-noise.ts';
import { strategyError } from '../../../../shared/privacy/matrix-factorization/error.ts';
import { sensitivitySquared } from '../../../../shared/privacy/matrix-factorization/sensitivity.ts';
import { inverseCoefficients, strategyCoefficients } from '../../../../shared/privacy/matrix-factorization/strategy.ts';
import type { MatrixFactorization, Strategy } from '../../../../shared/privacy/mechanism.ts';
import { DiscreteGaussianSampler } from '../../../../shared/privacy/noise/discrete-gaussian.ts';
import { maxParticipations, type Participation } from '../../../../shared/privacy/participation.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';

type Vectors = readonly Float64Array[];

const BLT: Strategy = { type: 'blt', decays: [0.9999999998, 0.98, 0.63], scales: [0.0084, 0.215, 0.276] };
const STRATEGIES: readonly Strategy[] = [
  { type: 'identity' },
  { type: 'toeplitz' },
  { type: 'banded', coefficients: [1, 0.6, 0.4, 0.1] },
  { type: 'blt', decays: [0.9], scales: [0.5] },
  { type: 'blt', decays: [1, 0.5], scales: [0.25, 0.7] },
  BLT,
];

/** The noise when z is as given. */
function released(strategy: Strategy, z: Vectors): Float64Array[] {
  const pending = z.values();
  const sampler: NoiseSampler = {
    addTo(totals) {
      const step = pending.next().value!;
      for (let k = 0; k < totals.length; k++) totals[k]! += step[k]!;
    },
  };
  const noise = new CorrelatedNoise({ strategy, steps: z.length, length: z[0]!.length, sampler });
  return z.map(() => noise.next(seededRandom(0)));
}

/** The z from which noise r comes: the generator is led along r, and says at each step what it would add to z. */
function recovered(strategy: Strategy, r: Vectors): Float64Array[] {
  const z: Float64Array[] = [];
  const sampler: NoiseSampler = {
    addTo(totals) {
      const step = r[z.length]!;
      z.push(step.map((value, k) => value - totals[k]!));
      totals.set(step);
    },
  };
  const noise = new CorrelatedNoise({ strategy, steps: r.length, length: r[0]!.length, sampler });
  for (let t = 0; t < r.length; t++) noise.next(seededRandom(0));
  return z;
}

function gaussians(steps: number, length: number, sigma: number, seed: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: steps }, () => Float64Array.from({ length }, () => Math.round(sigma * random.normal())));
}

function squaredNorm(vectors: Vectors): number {
  return vectors.reduce((sum, vector) => vector.reduce((part, value) => part + value * value, sum), 0);
}

function mechanismOf(strategy: Strategy, participation: Participation, noiseMultiplier: number): MatrixFactorization {
  return { type: 'matrix-factorization', strategy, ...participation, noiseMultiplier };
}

describe('CorrelatedNoise', () => {
  it.each(STRATEGIES)('is a bijection of integer sequences: %o', strategy => {
    for (const sigma of [0, 0.7, 3, 1e3, 2 ** 34]) {
      const z = gaussians(60, 20, sigma, 1);
      const r = released(strategy, z);
      expect(r.every(step => step.every(Number.isSafeInteger))).toBe(true);
      expect(recovered(strategy, r).map(step => step.map(value => value + 0))).toEqual(
        z.map(step => step.map(value => value + 0)),
      );
    }
  });

  it.each(STRATEGIES)('is C^-1 z but for roundings, which it does not pile up: %o', strategy => {
    const steps = 400;
    const z = gaussians(steps, 1, 2 ** 30, 2);
    const r = released(strategy, z).map(step => step[0]!);
    const inverse = inverseCoefficients(strategy, steps);
    const most = 0.5 * inverse.reduce((sum, value) => sum + Math.abs(value), 0) + 0.1;
    for (let t = 0; t < steps; t++) {
      let exact = 0;
      for (let i = 0; i <= t; i++) exact += inverse[i]! * z[t - i]![0]!;
      expect(Math.abs(r[t]! - exact)).toBeLessThan(most);
    }
  });

  it.each(STRATEGIES)('has the covariance sigma^2 (C^T C)^-1, and prefix sums the predicted error: %o', strategy => {
    const steps = 7;
    const length = 40_000;
    const sigma = 1000.5;
    const noise = new CorrelatedNoise({ strategy, steps, length, sampler: new DiscreteGaussianSampler(sigma) });
    const random = seededRandom(3);
    const r = Array.from({ length: steps }, () => noise.next(random));
    const inverse = inverseCoefficients(strategy, steps);
    const expected = (a: number, b: number): number => {
      let sum = 0;
      for (let i = 0; i <= Math.min(a, b); i++) sum += inverse[a - i]! * inverse[b - i]!;
      return sum * sigma * sigma;
    };
    for (let a = 0; a < steps; a++) {
      for (let b = 0; b <= a; b++) {
        const seen = r[a]!.reduce((sum, value, k) => sum + value * r[b]![k]!, 0) / length;
        const deviation = Math.sqrt((expected(a, a) * expected(b, b) + expected(a, b) ** 2) / length);
        expect(Math.abs(seen - expected(a, b))).toBeLessThan(5.5 * deviation);
      }
    }
    const sums = new Float64Array(length);
    for (const step of r) for (let k = 0; k < length; k++) sums[k]! += step[k]!;
    const largest = strategyError(strategy, steps).max * sigma * sigma;
    expect(Math.abs(squaredNorm([sums]) / length / largest - 1)).toBeLessThan(5.5 * Math.sqrt(2 / length));
  });

  it('lets its caller change what it gave', () => {
    for (const strategy of STRATEGIES) {
      const make = () =>
        new CorrelatedNoise({ strategy, steps: 6, length: 5, sampler: new DiscreteGaussianSampler(50) });
      const [kept, changed, a, b] = [make(), make(), seededRandom(5), seededRandom(5)];
      for (let t = 0; t < 6; t++) {
        const other = changed.next(b);
        expect(other).toEqual(kept.next(a));
        other.fill(1e6);
      }
    }
  });

  it('ends with its last step', () => {
    const noise = new CorrelatedNoise({ strategy: BLT, steps: 2, length: 3, sampler: { addTo: () => {} } });
    noise.next(seededRandom(0));
    noise.next(seededRandom(0));
    expect(() => noise.next(seededRandom(0))).toThrow(SettingsError);
  });

  it('refuses a strategy whose first coefficient is not 1', () => {
    const strategy: Strategy = { type: 'banded', coefficients: [0.5, 0.2] };
    const options = { strategy, steps: 4, length: 1, sampler: { addTo: () => {} } };
    expect(() => new CorrelatedNoise(options)).toThrow(SettingsError);
    const mechanism = mechanismOf(strategy, { steps: 4, minSeparation: 2, maxParticipations: 2 }, 1);
    expect(() => correlatedSigma(mechanism, 2 ** 30, 10)).toThrow(SettingsError);
  });
});

describe('the shift of z between neighbours', () => {
  /** By how much z moves, squared, when a device that sent dx is left out and the same sums come out. */
  function shift(strategy: Strategy, r: Vectors, dx: Vectors): number {
    const z = recovered(strategy, r);
    const other = recovered(
      strategy,
      r.map((step, t) => step.map((value, k) => value - dx[t]![k]!)),
    );
    return squaredNorm(z.map((step, t) => step.map((value, k) => value - other[t]![k]!)));
  }

  /** What `correlatedSigma` allows z to move. */
  function allowed(
    strategy: Strategy,
    participation: Participation,
    bound: number,
    length: number,
    noise: number,
  ): number {
    const sigma = correlatedSigma(mechanismOf(strategy, participation, noise), bound, length);
    return (sigma * Math.sqrt(sensitivitySquared(strategy, participation))) / noise;
  }

  const participation = { steps: 60, minSeparation: 7, maxParticipations: maxParticipations(60, 7) };

  it.each(STRATEGIES)('is within what the noise was measured for, for random contributions: %o', strategy => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(5, 1000, 2 ** 30),
        fc.integer({ min: 1, max: 12 }),
        (seed, bound, length) => {
          const random = seededRandom(seed);
          const r = gaussians(participation.steps, length, 10 * bound, seed + 1);
          let last = -participation.minSeparation;
          const dx = r.map((_, t): Float64Array => {
            const vector = new Float64Array(length);
            if (t - last < participation.minSeparation || random.float() < 0.2) return vector;
            last = t;
            const direction = vector.map(() => random.normal());
            return direction.map(value => Math.trunc((value * bound) / Math.sqrt(squaredNorm([direction]))));
          });
          const most = allowed(strategy, participation, bound, length, 20);
          expect(Math.sqrt(shift(strategy, r, dx))).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(STRATEGIES)('comes within 1 %% of it for the worst pattern on a fine grid: %o', strategy => {
    const bound = 2 ** 30;
    const r = gaussians(participation.steps, 1, 2 ** 33, 8);
    const dx = r.map((_, t) => Float64Array.of(t % participation.minSeparation === 0 ? bound : 0));
    const seen = Math.sqrt(shift(strategy, r, dx));
    const most = allowed(strategy, participation, bound, 1, 5);
    expect(seen).toBeLessThanOrEqual(most);
    expect(seen).toBeGreaterThan(0.99 * most);
  });

  it('needs the share of the roundings: on a coarse grid, whoever chooses the sums passes sensitivity x bound', () => {
    const strategy: Strategy = { type: 'blt', decays: [0.9], scales: [0.5] };
    const dx = Array.from({ length: participation.steps }, (_, t) =>
      Float64Array.of(t % participation.minSeparation === 0 ? 1 : 0),
    );
    const seen = Math.sqrt(shift(strategy, worstRoundings(strategy, dx), dx));
    expect(seen).toBeGreaterThan(1.01 * Math.sqrt(sensitivitySquared(strategy, participation)));
    expect(seen).toBeLessThanOrEqual(allowed(strategy, participation, 1, 1, 20));
  });

  /** Noise of one coordinate, each step's among a few values such that the next rounding moves z away most. */
  function worstRoundings(strategy: Strategy, dx: Vectors): Float64Array[] {
    const coefficients = strategyCoefficients(strategy, dx.length);
    const next = (past: readonly number[]) =>
      Math.round(past.reduce((sum, value, i) => sum + coefficients[past.length - i]! * value, 0));
    const r: number[] = [];
    for (let t = 0; t + 1 < dx.length; t++) {
      const candidates = Array.from({ length: 17 }, (_, i) => i - 8);
      const distances = candidates.map(candidate => {
        const mine = [...r, candidate];
        return next(mine) - next(mine.map((value, i) => value - dx[i]![0]!));
      });
      r.push(candidates[distances.indexOf(Math.max(...distances))]!);
    }
    return [...r, 0].map(value => Float64Array.of(value));
  }
});

describe('correlatedSigma', () => {
  it('is the noise multiplier times the bound and a trifle, for a million coordinates on the grid of contributions', () => {
    const participation = { steps: 2000, minSeparation: 313, maxParticipations: 6 };
    const mechanism = mechanismOf(bltFor(participation), participation, 5);
    const sigma = correlatedSigma(mechanism, 2 ** 30, 1_000_000);
    expect(sigma / (5 * 2 ** 30)).toBeGreaterThan(1);
    expect(sigma / (5 * 2 ** 30)).toBeLessThan(1.0001);
  });

  it.each([
    ['a grid too coarse', 0.001, 1, 10, SettingsError],
    ['a grid too fine', 1000, 2 ** 45, 10, NumericalError],
    ['more coordinates than floating point serves', 1e6, 2 ** 20, 1e15, NumericalError],
  ] as const)('refuses %s', (_, noise, bound, dimension, error) => {
    const mechanism = mechanismOf(BLT, { steps: 1000, minSeparation: 100, maxParticipations: 10 }, noise);
    expect(() => correlatedSigma(mechanism, bound, dimension)).toThrow(error);
  });
});
