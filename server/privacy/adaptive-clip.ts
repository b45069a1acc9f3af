import { SettingsError } from '../../shared/errors.ts';

/** Andrew et al. 2021 (arXiv 1905.03871, section 4): the rate of the geometric update, and the count's noise. */
const LEARNING_RATE = 0.2;
const COUNT_DEVIATION_SHARE = 1 / 20;

/**
 * How far the flag of a contribution that kept the clip norm stands from zero, in grid steps, so that the count of
 * flags carries noise of a twentieth of the cohort: with sigma = z sqrt(G^2 + f^2) for the whole vector the count, which
 * is half the sum of the flags over f, has deviation sigma / (2 f). The bit is centred, so its sensitivity is 1/2; this is
 * the noise split of the paper's theorem 1, with the flag's share taken from the same budget.
 *
 * @throws SettingsError where the cohort is too small for the flag to be had at this noise.
 */
export function clipFlagSteps(gridSteps: number, noiseMultiplier: number, cohort: number): number {
  const ratio = noiseMultiplier / (2 * cohort * COUNT_DEVIATION_SHARE);
  if (ratio >= MAX_SHARE) {
    throw new SettingsError(
      `A cohort of ${cohort} is too small to learn a clip norm beside noise of ${noiseMultiplier.toPrecision(3)}. Leave the clip quantile out.`,
    );
  }
  return Math.ceil((gridSteps * ratio) / Math.sqrt(1 - ratio * ratio));
}

/** Above, the flag would take more of the budget than it is worth. */
const MAX_SHARE = 0.5;

/** The next clip norm from the noised sum of the flags, in flags (each 1 or -1): a private figure, so free to use. */
export function nextClipNorm(clipNorm: number, flagSum: number, cohort: number, quantile: number): number {
  const kept = flagSum / cohort / 2 + 0.5;
  return clipNorm * Math.exp(-LEARNING_RATE * (Math.min(1, Math.max(0, kept)) - quantile));
}
