import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integerL1Norm, roundedL2Norm } from '../../../shared/privacy/rounding.ts';

// From google-research/federated, distributed_dp/accounting_utils.py (commit a5af8c4), times 1 / granularity.
test.each([
  [1000, 16384, Math.exp(-0.5), 1002.5766803591634],
  [10000, 131072, Math.exp(-0.5), 10002.14722043902],
  [2000, 16384, 0, 2128],
])('clip %d, dimension %d, beta %d', (clip, dimension, beta, expected) => {
  expect(roundedL2Norm(clip, dimension, beta)).toBeCloseTo(expected, 8);
});

test('rounding again more often never allows a larger norm, and the norm is never below the clip', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 1e6 }), (clip, dimension) => {
      const norms = [0, 1e-9, 0.1, 0.6, 0.99].map(beta => roundedL2Norm(clip, dimension, beta));
      for (const [k, norm] of norms.entries()) {
        expect(norm).toBeGreaterThan(clip);
        if (k > 0) expect(norm).toBeLessThanOrEqual(norms[k - 1]!);
      }
    }),
  );
});

test('the L1 norm of an integer vector is within its bound, and reaches it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 }), vector => {
      const l1 = vector.reduce((sum, value) => sum + Math.abs(value), 0);
      expect(l1).toBeLessThanOrEqual(integerL1Norm(Math.hypot(...vector), vector.length) * (1 + 1e-12));
    }),
  );
  expect(integerL1Norm(Math.sqrt(3), 100)).toBeCloseTo(3, 12);
  expect(integerL1Norm(20, 4)).toBe(40);
});
