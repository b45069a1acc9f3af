import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import { sensitivitySquared } from '../../../../shared/privacy/matrix-factorization/sensitivity.ts';
import { strategyCoefficients } from '../../../../shared/privacy/matrix-factorization/strategy.ts';
import type { Strategy } from '../../../../shared/privacy/mechanism.ts';
import { maxParticipations, mayTakePart, type Participation } from '../../../../shared/privacy/participation.ts';
import { patterns } from './patterns.ts';
import { reference } from './reference.ts';

/** The largest over all patterns and all signs of the contributions: the norm is convex, so its maximum has |x| = 1. */
function bruteForce(strategy: Strategy, participation: Participation): number {
  const coefficients = strategyCoefficients(strategy, participation.steps);
  let largest = 0;
  for (const pattern of patterns(participation)) {
    for (let signs = 0; signs < 2 ** Math.max(0, pattern.length - 1); signs++) {
      let total = 0;
      for (let t = 0; t < participation.steps; t++) {
        let row = 0;
        for (const [i, step] of pattern.entries()) {
          if (step <= t) row += ((signs >> i) & 1 ? -1 : 1) * coefficients[t - step]!;
        }
        total += row * row;
      }
      largest = Math.max(largest, total);
    }
  }
  return largest;
}

const participations = fc.record({
  steps: fc.integer({ min: 1, max: 9 }),
  minSeparation: fc.integer({ min: 1, max: 5 }),
  maxParticipations: fc.integer({ min: 1, max: 5 }),
});

const monotoneStrategies: fc.Arbitrary<Strategy> = fc.oneof(
  fc.constant<Strategy>({ type: 'identity' }),
  fc.constant<Strategy>({ type: 'toeplitz' }),
  fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 })
    .map(
      (values): Strategy => ({ type: 'banded', coefficients: [0.1 + values.length, ...values.sort((a, b) => b - a)] }),
    ),
  fc
    .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.33, noNaN: true })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((buffers): Strategy => ({ type: 'blt', decays: buffers.map(b => b[0]), scales: buffers.map(b => b[1]) })),
);

describe('sensitivitySquared', () => {
  it.each(reference.strategies)(
    'is that of jax_privacy: $id',
    ({ strategy, participation, sensitivitySquared: wanted }) => {
      expect(sensitivitySquared(strategy, participation) / wanted).toBeCloseTo(1, 9);
    },
  );

  it('is the largest over every pattern and sign', () => {
    fc.assert(
      fc.property(monotoneStrategies, participations, (strategy, participation) => {
        const wanted = bruteForce(strategy, participation);
        expect(Math.abs(sensitivitySquared(strategy, participation) / wanted - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('answers for coefficients of any sign and order exactly where it is exact, and else refuses', () => {
    const coefficients = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 });
    let answered = 0;
    let refused = 0;
    fc.assert(
      fc.property(coefficients, participations, (tail, participation) => {
        const strategy: Strategy = { type: 'banded', coefficients: [0.7, ...tail] };
        const wanted = bruteForce(strategy, participation);
        try {
          expect(Math.abs(sensitivitySquared(strategy, participation) / wanted - 1)).toBeLessThan(1e-12);
          answered++;
        } catch (error) {
          if (!(error instanceof SettingsError)) throw error;
          refused++;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(answered, refused)).toBeGreaterThan(20);
  });

  it.each([
    [1, 0.1, 0.9],
    [1, -0.9, -0.95],
  ])('refuses a strategy for which its pattern is not the worst: %d, %d, %d', (...coefficients) => {
    const strategy: Strategy = { type: 'banded', coefficients };
    const participation = { steps: 6, minSeparation: 1, maxParticipations: 2 };
    expect(() => sensitivitySquared(strategy, participation)).toThrow(SettingsError);
    const column = coefficients.reduce((sum, c) => sum + c * c, 0);
    expect(sensitivitySquared(strategy, { ...participation, minSeparation: 3 })).toBeCloseTo(2 * column, 12);
    expect(sensitivitySquared(strategy, { ...participation, maxParticipations: 1 })).toBeCloseTo(column, 12);
  });

  it('takes as many participations as fit when more are allowed', () => {
    const fit = { steps: 1000, minSeparation: 7, maxParticipations: maxParticipations(1000, 7) };
    expect(sensitivitySquared({ type: 'toeplitz' }, { ...fit, maxParticipations: 1e9 })).toBe(
      sensitivitySquared({ type: 'toeplitz' }, fit),
    );
  });

  it.each([
    { steps: 0, minSeparation: 1, maxParticipations: 1 },
    { steps: 10, minSeparation: 0, maxParticipations: 1 },
    { steps: 10, minSeparation: 2.5, maxParticipations: 1 },
    { steps: 10, minSeparation: 2, maxParticipations: Number.NaN },
  ])('refuses the participation %o', participation => {
    expect(() => sensitivitySquared({ type: 'identity' }, participation)).toThrow(SettingsError);
  });
});

describe('strategyCoefficients', () => {
  it.each<Strategy>([
    { type: 'banded', coefficients: [] },
    { type: 'banded', coefficients: [0, 1] },
    { type: 'banded', coefficients: [1, Number.NaN] },
    { type: 'blt', decays: [0.5], scales: [] },
    { type: 'blt', decays: [1.5], scales: [0.1] },
    { type: 'blt', decays: [0.5], scales: [Number.POSITIVE_INFINITY] },
  ])('refuses %o', strategy => {
    expect(() => strategyCoefficients(strategy, 5)).toThrow(SettingsError);
  });

  it('of the square root of the prefix sum give ones when multiplied with themselves', () => {
    const steps = 200;
    const c = strategyCoefficients({ type: 'toeplitz' }, steps);
    for (let t = 0; t < steps; t++) {
      let sum = 0;
      for (let i = 0; i <= t; i++) sum += c[i]! * c[t - i]!;
      expect(sum).toBeCloseTo(1, 12);
    }
  });
});

describe('participation', () => {
  it('counts and allows the same steps', () => {
    for (const [steps, minSeparation] of [
      [1, 1],
      [10, 3],
      [12, 3],
      [13, 3],
      [2000, 313],
      [5, 9],
    ] as const) {
      let last: number | undefined;
      let count = 0;
      for (let step = 0; step < steps; step++) {
        if (!mayTakePart(last, step, minSeparation)) continue;
        last = step;
        count++;
      }
      expect(maxParticipations(steps, minSeparation)).toBe(count);
    }
  });
});
