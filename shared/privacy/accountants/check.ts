import { SettingsError } from '../../errors.ts';
import type { Mechanism, PrivateSelection } from '../mechanism.ts';

/** What there is a whole number of. */
const COUNTS: ReadonlySet<string> = new Set([
  'buckets',
  'clients',
  'cohort',
  'count',
  'dimension',
  'maxParticipations',
  'minSeparation',
  'population',
  'steps',
]);

/**
 * Numbers that no mechanism has would pass for privacy in some formula.
 *
 * @throws SettingsError if one is negative or no number, a count is not whole, a sampling rate is above 1, or private
 * selection has no candidate or no such distribution of runs.
 */
export function checkMechanism(mechanism: Mechanism): void {
  checkNumbers(mechanism.type, mechanism);
  if (mechanism.type === 'poisson-sampled' && mechanism.cap !== undefined) checkNumbers('cap', mechanism.cap);
  if (mechanism.type === 'composed') mechanism.mechanisms.forEach(checkMechanism);
  else if (mechanism.type === 'private-selection') checkSelection(mechanism);
  else if ('mechanism' in mechanism) checkMechanism(mechanism.mechanism);
}

function checkSelection({ candidates, runs }: PrivateSelection): void {
  if (candidates.length === 0)
    throw new SettingsError('Private selection has nothing to choose from. Give a candidate.');
  candidates.forEach(checkMechanism);
  if (runs.type === 'poisson') {
    if (!(runs.mean > 0 && runs.mean < Infinity))
      throw new SettingsError(`The mean number of runs is ${runs.mean}. Give a number above 0.`);
  } else if (!(runs.eta > -1 && runs.eta < Infinity && runs.gamma > 0 && runs.gamma <= 1)) {
    throw new SettingsError(
      `A negative binomial number of runs has eta above -1 and gamma above 0 and up to 1, not ${runs.eta} and ${runs.gamma}.`,
    );
  }
}

function checkNumbers(owner: string, fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'number') continue;
    const whole = !COUNTS.has(name) || Number.isInteger(value);
    if (value >= 0 && whole && (name !== 'samplingRate' || value <= 1)) continue;
    const range = name === 'samplingRate' ? 'a number from 0 to 1' : whole ? '0 or more' : 'a whole number';
    throw new SettingsError(`${name} of ${owner} is ${value}. Give ${range}.`);
  }
}
