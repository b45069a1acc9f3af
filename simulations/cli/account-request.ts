import { SettingsError } from '../../shared/errors.ts';
import { ACCOUNTANTS, type AccountantName } from '../../shared/privacy/accountants/account.ts';
import type { Adjacency, Mechanism } from '../../shared/privacy/mechanism.ts';
import type { AccountFlags, MechanismName } from './account.ts';
import { FAMILIES, type Family, type Noised } from './account-mechanisms.ts';
import { adjacencyOf, type Sampling, sampled, samplingOf } from './account-sampling.ts';
import { bestOf, type Selection, selectionOf } from './account-selection.ts';

type Flag = keyof AccountFlags;

/** What `larder account` is asked, checked. */
export interface AccountRequest {
  readonly name: MechanismName;
  readonly sampling: Sampling;
  readonly steps: number;
  /** Undefined: a single run. */
  readonly selection: Selection | undefined;
  readonly delta: number;
  readonly adjacency: Adjacency;
  readonly accountants: readonly AccountantName[];
  /** To calibrate the noise for; undefined: the flags say how much noise there is. */
  readonly epsilon: number | undefined;
  /** All that is released, at a noise multiplier or at the noise of the flags. */
  readonly run: (noiseMultiplier?: number) => Noised;
}

/** @throws SettingsError if a flag is missing, out of range, foreign to the mechanism, or contradicts another. */
export function accountRequest(flags: AccountFlags): AccountRequest {
  const { mechanism: name = 'gaussian', steps = 1, delta, epsilon, accountant } = flags;
  const family = FAMILIES[name];
  checkRanges(flags);
  checkOwn(flags, name, family);
  checkNoise(flags, family);
  if (delta === undefined || delta >= 1) {
    throw new SettingsError('Give --delta, how probable a failure of the promise may be: below 1 / population.');
  }
  const sampling = samplingOf(flags);
  if (family.wholeRun && sampling.scheme !== 'none') {
    throw new SettingsError(
      `No amplification by sampling is known of ${name} noise. Leave --sampling out, and say with --min-separation how far apart a user takes part.`,
    );
  }
  const release = family.prepare(flags);
  const selection = selectionOf(flags);
  const adjacency = flags.adjacency ?? adjacencyOf(sampling) ?? family.adjacency;
  return {
    name,
    sampling,
    steps,
    selection,
    delta,
    adjacency,
    accountants: accountant === undefined ? ACCOUNTANTS : [accountant],
    epsilon,
    run: noiseMultiplier => {
      const step = release(noiseMultiplier);
      const mechanism = family.wholeRun ? step.mechanism : repeated(sampled(sampling, step.mechanism), steps);
      return { ...step, mechanism: selection === undefined ? mechanism : bestOf(selection, mechanism, adjacency) };
    },
  };
}

function repeated(mechanism: Mechanism, count: number): Mechanism {
  return count === 1 ? mechanism : { type: 'repeated', mechanism, count };
}

function checkRanges({ beta, ...flags }: AccountFlags): void {
  if (beta !== undefined && !(beta >= 0 && beta < 1)) throw new SettingsError('--beta is from 0 to below 1.');
  for (const [flag, value] of Object.entries(flags)) {
    if (typeof value === 'number' && !(value > 0)) throw new SettingsError(`${spelled(flag)} is above 0.`);
  }
}

function checkOwn(flags: AccountFlags, name: MechanismName, family: Family): void {
  const given = Object.keys(flags) as Flag[];
  const foreign = given.find(flag => isOwned(flag) && !belongs(flag, family));
  if (foreign !== undefined) {
    const users = Object.entries(FAMILIES).flatMap(([name, other]) => (belongs(foreign, other) ? name : []));
    throw new SettingsError(
      `--mechanism ${name} has no ${spelled(foreign)}. Leave it out, or choose of ${users.join(', ')}.`,
    );
  }
  const missing = family.needs?.filter(flag => flags[flag] === undefined) ?? [];
  if (missing.length > 0) {
    throw new SettingsError(`--mechanism ${name} needs ${missing.map(spelled).join(' and ')}.`);
  }
}

function checkNoise(flags: AccountFlags, { noise }: Family): void {
  const given = [...noise, 'epsilon' as const].filter(flag => flags[flag] !== undefined);
  if (given.length === 1) return;
  const how = noise.map(spelled).join(' or ');
  throw new SettingsError(
    given.length === 0
      ? `How much noise? Give ${how}, or --epsilon to find the least noise that keeps it.`
      : `${given.map(spelled).join(' and ')} say the same thing twice. Give one of them.`,
  );
}

function isOwned(flag: Flag): boolean {
  return Object.values(FAMILIES).some(family => belongs(flag, family));
}

function belongs(flag: Flag, { noise, own = [] }: Family): boolean {
  return noise.includes(flag) || own.includes(flag);
}

/** A flag as it is typed: `noiseMultiplier` is `--noise-multiplier`. */
export function spelled(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}
