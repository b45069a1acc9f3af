import { describe, expect, it } from 'vitest';
import { strategyError } from '../../../../shared/privacy/matrix-factorization/error.ts';
import { inverseCoefficients, strategyCoefficients } from '../../../../shared/privacy/matrix-factorization/strategy.ts';
import type { Strategy } from '../../../../shared/privacy/mechanism.ts';
import { reference } from './reference.ts';

describe('strategyError', () => {
  it.each(reference.strategies)('is that of jax_privacy: $id', ({ strategy, participation, ...wanted }) => {
    const { mean, max } = strategyError(strategy, participation.steps);
    expect(mean / wanted.meanSquaredError).toBeCloseTo(1, 8);
    expect(max / wanted.maxSquaredError).toBeCloseTo(1, 8);
  });
});

describe('inverseCoefficients', () => {
  it.each<Strategy>([
    { type: 'identity' },
    { type: 'toeplitz' },
    { type: 'banded', coefficients: [0.56, 0.29, -0.2] },
    { type: 'blt', decays: [0.9999999998, 0.98, 0.63], scales: [0.0084, 0.215, 0.276] },
  ])('times the strategy are the identity: %o', strategy => {
    const steps = 300;
    const c = strategyCoefficients(strategy, steps);
    const inverse = inverseCoefficients(strategy, steps);
    for (let t = 0; t < steps; t++) {
      let sum = 0;
      for (let i = 0; i <= t; i++) sum += c[i]! * inverse[t - i]!;
      expect(sum).toBeCloseTo(t === 0 ? 1 : 0, 13);
    }
  });
});
