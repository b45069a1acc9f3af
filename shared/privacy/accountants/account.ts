import { SettingsError } from '../../errors.ts';
import type { Adjacency, Mechanism } from '../mechanism.ts';
import { checkMechanism } from './check.ts';
import { exactDelta, exactEpsilon } from './exact-gaussian.ts';
import { pldDelta, pldEpsilon } from './pld/pld.ts';
import { rdpDelta, rdpEpsilon } from './rdp/rdp.ts';
import { zcdpDelta, zcdpEpsilon } from './zcdp.ts';

/**
 * `exact`: Gaussian noise and its compositions, no slack at all. `pld`: privacy loss distributions by FFT, an upper bound with
 * slack of 0.1 % or so, for sampled cohorts too. `rdp`: Renyi divergences, quick, a few percent looser, knows the most mechanisms.
 * `zcdp`: one number for Gaussian-like noise, the loosest.
 */
export type AccountantName = 'exact' | 'pld' | 'rdp' | 'zcdp';

export const ACCOUNTANTS = ['exact', 'pld', 'rdp', 'zcdp'] as const satisfies readonly AccountantName[];

interface Accountant {
  readonly epsilon: (mechanism: Mechanism, delta: number, adjacency: Adjacency) => number;
  readonly delta: (mechanism: Mechanism, epsilon: number, adjacency: Adjacency) => number;
}

const accountants: Readonly<Record<AccountantName, Accountant>> = {
  exact: { epsilon: exactEpsilon, delta: exactDelta },
  pld: { epsilon: pldEpsilon, delta: pldDelta },
  rdp: { epsilon: rdpEpsilon, delta: rdpDelta },
  zcdp: { epsilon: zcdpEpsilon, delta: zcdpDelta },
};

/**
 * The epsilon of a mechanism at `delta`, never below the truth: Infinity where the arithmetic fails.
 *
 * @throws UnsupportedMechanismError if the accountant has no sound bound for the mechanism under the adjacency.
 * @throws SettingsError if delta is not between 0 and 1, or the mechanism holds a number out of range.
 */
export function epsilonOf(
  mechanism: Mechanism,
  delta: number,
  accountant: AccountantName,
  adjacency: Adjacency,
): number {
  if (!(delta > 0 && delta < 1)) {
    throw new SettingsError(`delta is ${delta}. Choose one above 0 and below 1, smaller than 1 / users.`);
  }
  checkMechanism(mechanism);
  const epsilon = accountants[accountant].epsilon(mechanism, delta, adjacency);
  return Number.isNaN(epsilon) ? Infinity : epsilon;
}

/**
 * The delta of a mechanism at `epsilon`, never below the truth: 1 where the arithmetic fails.
 *
 * @throws UnsupportedMechanismError if the accountant has no sound bound for the mechanism under the adjacency.
 * @throws SettingsError if epsilon is negative or no number, or the mechanism holds a number out of range.
 */
export function deltaOf(
  mechanism: Mechanism,
  epsilon: number,
  accountant: AccountantName,
  adjacency: Adjacency,
): number {
  if (!(epsilon >= 0)) throw new SettingsError(`epsilon is ${epsilon}. Choose 0 or more.`);
  checkMechanism(mechanism);
  const delta = accountants[accountant].delta(mechanism, epsilon, adjacency);
  return Number.isNaN(delta) ? 1 : delta;
}
