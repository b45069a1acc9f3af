import { SettingsError } from '../errors.ts';

/**
 * The noise multiplier for a sum that is released beside a noised count of clipped contributions, so that both together
 * cost what `noiseMultiplier` says (Andrew et al. 2021, arXiv 1905.03871, theorem 1). `countDeviation`: standard deviation
 * of the count's noise, in devices; a device's bit is counted as + or - 1/2, so the count's own multiplier is twice that.
 */
export function adaptiveClipNoiseSplit(noiseMultiplier: number, countDeviation: number): number {
  const left = noiseMultiplier ** -2 - (2 * countDeviation) ** -2;
  if (!(left > 0)) {
    throw new SettingsError(
      `Counting with a standard deviation of ${countDeviation} spends all that a noise multiplier of ${noiseMultiplier} allows. Count with a larger one.`,
    );
  }
  return 1 / Math.sqrt(left);
}
