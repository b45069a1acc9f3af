import { SettingsError } from '../../errors.ts';
import type { Random } from '../../random/random.ts';
import type { NoiseSampler } from './lattice-sampler.ts';
import { PoissonSampler } from './poisson.ts';

/** Poisson means stay where a double tells neighbouring probabilities apart. */
const MAX_VARIANCE = 2 ** 40;

/**
 * Symmetric Skellam noise: the difference of two Poisson numbers of mean variance / 2 each (Agarwal, Kairouz and Liu 2021,
 * arXiv 2110.04995). Sums of it are Skellam again, so that devices can each add a share. Exact; see LatticeSampler.
 */
export class SkellamSampler implements NoiseSampler {
  readonly #half: PoissonSampler;

  /** @param variance in squared steps of the grid, up to 2^40: the square of the standard deviation */
  constructor(variance: number, margin?: number) {
    if (!(variance > 0 && variance <= MAX_VARIANCE)) {
      throw new SettingsError(
        `Skellam noise needs a variance above 0 and at most 2^40, not ${variance}. Choose another grid.`,
      );
    }
    this.#half = new PoissonSampler(variance / 2, margin);
  }

  sample(random: Random): number {
    return this.#half.sample(random) - this.#half.sample(random);
  }

  addTo(totals: Float64Array, random: Random): void {
    for (let k = 0; k < totals.length; k++) totals[k]! += this.sample(random);
  }
}
