import { SettingsError } from '../../shared/errors.ts';
import { runsWithMean } from '../../shared/privacy/accountants/selection-runs.ts';
import type { RunCount } from '../../shared/privacy/mechanism.ts';

/** What the negative binomial numbers of runs with a name have for eta. */
const NAMED: Readonly<Record<string, number>> = { logarithmic: 0, geometric: 1 };

/**
 * `poisson`, `logarithmic`, `geometric`, or the eta of a negative binomial distribution, with this mean. Poisson numbers keep to
 * their mean. The logarithmic one costs least a run, but half of all its numbers are far below the mean.
 *
 * @throws SettingsError if there is no such distribution.
 */
export function runsOf(distribution: string, mean: number): RunCount {
  if (distribution === 'poisson') {
    if (!(mean > 0)) throw new SettingsError(`The mean number of runs is ${mean}. Give a number above 0.`);
    return { type: 'poisson', mean };
  }
  const eta = NAMED[distribution] ?? (distribution === '' ? Number.NaN : Number(distribution));
  if (Number.isNaN(eta)) {
    throw new SettingsError(
      `"${distribution}" is no distribution of runs. Give poisson, logarithmic, geometric or a number, eta.`,
    );
  }
  return runsWithMean(eta, mean);
}

/** The distribution by its name. */
export function runsText(runs: RunCount): string {
  if (runs.type === 'poisson') return 'Poisson';
  const name = Object.keys(NAMED).find(name => NAMED[name] === runs.eta);
  return name ?? `negative binomial with eta ${runs.eta}`;
}
