import { describe, expect, it } from 'vitest';
import { bltFor, optimiseBlt } from '../../../../shared/privacy/matrix-factorization/blt.ts';
import { strategyError } from '../../../../shared/privacy/matrix-factorization/error.ts';
import { minimise } from '../../../../shared/privacy/matrix-factorization/minimise.ts';
import { sensitivitySquared } from '../../../../shared/privacy/matrix-factorization/sensitivity.ts';
import { strategyCoefficients } from '../../../../shared/privacy/matrix-factorization/strategy.ts';
import type { Strategy } from '../../../../shared/privacy/mechanism.ts';
import type { Participation } from '../../../../shared/privacy/participation.ts';
import { reference } from './reference.ts';

/** Root mean and largest error of the prefix sums, with the noise for mu = 1. */
function errorsAtMu1(strategy: Strategy, participation: Participation): { rmse: number; max: number } {
  const { mean, max } = strategyError(strategy, participation.steps);
  const sensitivity = Math.sqrt(sensitivitySquared(strategy, participation));
  return { rmse: Math.sqrt(mean) * sensitivity, max: Math.sqrt(max) * sensitivity };
}

const optimised = reference.strategies.flatMap(({ strategy, ...entry }) =>
  strategy.type === 'blt' ? [{ ...entry, buffers: strategy.decays.length }] : [],
);

describe('optimiseBlt', () => {
  it.each(optimised)('is as good as the strategy that jax_privacy finds: $id', entry => {
    const { rmse, max } = errorsAtMu1(optimiseBlt(entry.participation, entry.buffers), entry.participation);
    expect(max / entry.maxErrorAtMu1).toBeLessThan(1.0001);
    expect(rmse / entry.rmseAtMu1).toBeLessThan(1.001);
  });

  it.each([
    { steps: 1, minSeparation: 1, maxParticipations: 1 },
    { steps: 2, minSeparation: 1, maxParticipations: 2 },
    { steps: 7, minSeparation: 3, maxParticipations: 2 },
    { steps: 64, minSeparation: 8, maxParticipations: 8 },
    { steps: 65, minSeparation: 65, maxParticipations: 1 },
    { steps: 300, minSeparation: 20, maxParticipations: 15 },
    { steps: 200, minSeparation: 1, maxParticipations: 200 },
  ])('does not increase, and is no worse than independent noise or the square root: %o', participation => {
    const strategy = bltFor(participation);
    const coefficients = strategyCoefficients(strategy, participation.steps);
    expect(coefficients.every((value, i) => value >= 0 && (i === 0 || value <= coefficients[i - 1]!))).toBe(true);
    const { max } = errorsAtMu1(strategy, participation);
    expect(max / errorsAtMu1({ type: 'identity' }, participation).max).toBeLessThan(1.001);
    expect(max / errorsAtMu1({ type: 'toeplitz' }, participation).max).toBeLessThan(1.001);
  });

  it.each([
    { steps: 1000, minSeparation: 100, maxParticipations: 10, best: 14.954 },
    { steps: 40, minSeparation: 1, maxParticipations: 5, best: 8.675 },
  ])('takes the better of two optima: %o', ({ best, ...participation }) => {
    expect(errorsAtMu1(optimiseBlt(participation, 2), participation).max).toBeLessThan(best);
  });

  it('finds the same strategy each time', () => {
    const participation = { steps: 120, minSeparation: 30, maxParticipations: 4 };
    expect(optimiseBlt(participation, 3)).toEqual(optimiseBlt(participation, 3));
  });
});

describe('minimise', () => {
  it('finds the end of a bent valley', () => {
    const rosenbrock = ([x = 0, y = 0]: Float64Array) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const [x, y] = minimise(rosenbrock, Float64Array.of(-1.2, 1));
    expect(x).toBeCloseTo(1, 4);
    expect(y).toBeCloseTo(1, 4);
  });

  it('stays where the function is finite', () => {
    const barrier = ([x = 0]: Float64Array) => (x > 0.5 ? Number.POSITIVE_INFINITY : (x - 0.4) ** 4 + x);
    expect(minimise(barrier, Float64Array.of(0.3))[0]).toBeLessThanOrEqual(0.5);
  });
});
