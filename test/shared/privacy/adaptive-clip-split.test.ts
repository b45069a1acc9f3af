import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import { adaptiveClipNoiseSplit } from '../../../shared/privacy/adaptive-clip-split.ts';
import type { Gaussian, Mechanism } from '../../../shared/privacy/mechanism.ts';
import { casesOf, relativeError } from './accountants/reference.ts';

describe('the split', () => {
  test.each(casesOf('adaptive_clip_noise_split'))('$id', ({ params, value_noise_multiplier_for_sum }) => {
    const split = adaptiveClipNoiseSplit(params.noise_multiplier!, params.clipped_count_stddev!);
    expect(relativeError(split, value_noise_multiplier_for_sum)).toBeLessThan(1e-14);
  });

  test('makes sum and count together cost what the noise multiplier says', () => {
    const gaussian = (noiseMultiplier: number): Gaussian => ({ type: 'gaussian', noiseMultiplier });
    const both: Mechanism = {
      type: 'composed',
      // A device moves the count by 1/2.
      mechanisms: [gaussian(adaptiveClipNoiseSplit(1.7, 2.3)), gaussian(2.3 / 0.5)],
    };
    const epsilon = epsilonOf(both, 1e-6, 'exact', 'zero-out');
    expect(relativeError(epsilon, epsilonOf(gaussian(1.7), 1e-6, 'exact', 'zero-out'))).toBeLessThan(1e-12);
  });

  test('is refused where the count would spend everything', () => {
    expect(() => adaptiveClipNoiseSplit(4, 2)).toThrow(SettingsError);
    expect(() => adaptiveClipNoiseSplit(4, 1)).toThrow(SettingsError);
    expect(() => adaptiveClipNoiseSplit(NaN, 1)).toThrow(SettingsError);
  });
});
