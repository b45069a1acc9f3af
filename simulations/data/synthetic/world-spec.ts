import { SettingsError } from '../../../shared/errors.ts';

/** How large a synthetic world is, and which one of that size. */
export interface WorldSpec {
  /** Shoppers, each with a device of their own. */
  readonly users: number;
  readonly items: number;
  /** Mean number of purchases of a shopper. */
  readonly purchases: number;
  readonly seed: number;
}

/** Independent of a run's seed: runs of several seeds are about the same shop. */
const DEFAULT_SEED = 1;

type Size = Omit<WorldSpec, 'seed'>;

export const WORLD_PRESETS: Readonly<Record<string, Size>> = {
  /** For tests. */
  tiny: { users: 60, items: 120, purchases: 25 },
  small: { users: 500, items: 300, purchases: 40 },
  /** The default: trains in tens of seconds on two cores, and is large enough to tell learners apart. */
  standard: { users: 2_000, items: 700, purchases: 50 },
  medium: { users: 50_000, items: 5_000, purchases: 50 },
  large: { users: 1_000_000, items: 20_000, purchases: 50 },
};

const LIMITS: Readonly<Record<keyof WorldSpec, readonly [number, number]>> = {
  users: [1, 10_000_000],
  items: [10, 100_000],
  purchases: [2, 1_000],
  seed: [0, Number.MAX_SAFE_INTEGER],
};
/** A purchase takes 28 bytes. */
const MAX_PURCHASES = 100_000_000;

/**
 * Reads what follows `synthetic:`, separated by commas: at most one preset (`tiny`, `small`, `standard`, `medium`,
 * `large`), which comes first, and `users=`, `items=`, `purchases=` (mean of a shopper) and `seed=` to change it.
 * @throws SettingsError if anything else stands there, or a number is out of its range.
 */
export function parseWorldSpec(text: string): WorldSpec {
  const parts = text === '' ? [] : text.split(',').map(part => part.trim());
  const named = parts[0] !== undefined && !parts[0].includes('=') ? parts.shift()! : 'standard';
  if (!Object.hasOwn(WORLD_PRESETS, named))
    throw new SettingsError(
      `There is no synthetic world "${named}". Give one of ${Object.keys(WORLD_PRESETS).join(', ')}.`,
    );
  const changes: Partial<Record<keyof WorldSpec, number>> = {};
  for (const part of parts) {
    const [key = '', value = '', ...more] = part.split('=');
    if (!isKey(key) || more.length > 0)
      throw new SettingsError(`"${part}" does not size a synthetic world. Give ${Object.keys(LIMITS).join('=N, ')}=N.`);
    if (changes[key] !== undefined)
      throw new SettingsError(`The synthetic world's ${key} is given twice. Give it once.`);
    changes[key] = wholeNumber(key, value);
  }
  const spec = { ...WORLD_PRESETS[named]!, seed: DEFAULT_SEED, ...changes };
  if (spec.users * spec.purchases > MAX_PURCHASES)
    throw new SettingsError(
      `${spec.users} shoppers with ${spec.purchases} purchases each are more than ${MAX_PURCHASES}. Give fewer.`,
    );
  return spec;
}

function isKey(key: string): key is keyof WorldSpec {
  return Object.hasOwn(LIMITS, key);
}

function wholeNumber(key: keyof WorldSpec, value: string): number {
  const [least, most] = LIMITS[key];
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new SettingsError(
      `The synthetic world's ${key} is "${value}". Give a whole number from ${least} to ${most}.`,
    );
  return number;
}
