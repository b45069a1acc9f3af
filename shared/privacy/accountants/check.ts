import { SettingsError } from '../../errors.ts';
import type { Mechanism } from '../mechanism.ts';

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
 * @throws SettingsError if one is negative or no number, a count is not whole, or a sampling rate is above 1.
 */
export function checkMechanism(mechanism: Mechanism): void {
  checkNumbers(mechanism.type, mechanism);
  if (mechanism.type === 'poisson-sampled' && mechanism.cap !== undefined) checkNumbers('cap', mechanism.cap);
  if (mechanism.type === 'composed') mechanism.mechanisms.forEach(checkMechanism);
  else if ('mechanism' in mechanism) checkMechanism(mechanism.mechanism);
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
