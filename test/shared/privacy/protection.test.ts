import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, toDense } from '../../../shared/aggregation/contribution.ts';
import { boundSteps, CLIPPED, isProtected, type Protection, protect } from '../../../shared/privacy/protection.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const plan = (clipNorm: number, length: number) => ({ phase: 'any', length, clipNorm, parameters: {} });
const steps = (values: Int32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));

describe('what a device sends', () => {
  test('keeps one bound, the clip flag included, whatever it holds', () => {
    const anything = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(anything, fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (values, clipNorm) => {
        const protection: Protection = { ...CLIPPED, gridSteps: 2 ** 27, clipFlagSteps: 2 ** 20 + 7 };
        const vector = protect(
          dense(Float32Array.from(values)),
          plan(clipNorm, values.length),
          protection,
          seededRandom(1),
        );
        expect(vector.length).toBe(values.length + 1);
        expect(steps(toDense(vector))).toBeLessThanOrEqual(boundSteps(protection) * (1 + 1e-9));
        expect(isProtected(vector, protection)).toBe(true);
      }),
    );
  });

  test('says in its last coordinate whether it was clipped', () => {
    const protection = { ...CLIPPED, clipFlagSteps: 1000 };
    const flag = (values: number[]) =>
      toDense(protect(dense(Float32Array.from(values)), plan(5, values.length), protection, seededRandom(1))).at(-1);
    expect(flag([3, 4])).toBe(1000);
    expect(flag([3, 4.01])).toBe(-1000);
    expect(flag([0])).toBe(1000);
  });

  test('carries noise of the promised size on every coordinate under local trust', () => {
    const protection = { ...CLIPPED, gridSteps: 2 ** 20, noiseSteps: 3.5 * 2 ** 20 };
    const zeros = dense(new Float32Array(40_000));
    const sent = toDense(protect(zeros, plan(1, 40_000), protection, seededRandom(7)));
    const deviation = Math.sqrt(sent.reduce((sum, value) => sum + value ** 2, 0) / sent.length) / 2 ** 20;
    // The standard error is 0.35 %.
    expect(Math.abs(deviation / 3.5 - 1)).toBeLessThan(0.02);
    expect(isProtected(dense(sent), protection)).toBe(true);
    expect(isProtected(dense(sent.map(value => value * 2)), protection)).toBe(false);
  });
});
