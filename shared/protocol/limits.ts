import { SettingsError } from '../errors.ts';

/** A table of limits: what each bounds, its unit, its default and why that default. */
export type LimitTable = Readonly<Record<string, { unit: string; default: number; reason: string }>>;

/** The numbers of a table, after overrides. */
export type LimitsOf<Table extends LimitTable> = { readonly [Name in keyof Table]: number };

const MiB = 2 ** 20;

/** What a peer accepts in one message, whoever sends it. docs/protocol.md lists them. */
export const MESSAGE_LIMITS = {
  maxFrameBytes: {
    unit: 'bytes',
    default: 64 * MiB,
    reason: 'the largest message; holds a model of 16 million numbers. Coordinators derive a smaller one from the plan',
  },
  maxDepth: { unit: 'levels', default: 8, reason: 'arrays and maps inside each other; no message needs more than 4' },
  maxElements: {
    unit: 'values',
    default: 4096,
    reason: 'values and keys in one message, a binary counting as one; learner options are the longest',
  },
  maxTextBytes: { unit: 'bytes', default: 4096, reason: 'one string: names, sentences, learner options' },
  maxDeviceIdLength: { unit: 'characters', default: 128, reason: 'room for a UUID or a key fingerprint with a prefix' },
  maxHolds: { unit: 'hashes', default: 64, reason: 'blobs that a device says it holds; it needs two' },
} as const satisfies LimitTable;

export type MessageLimits = LimitsOf<typeof MESSAGE_LIMITS>;

/** Room for what surrounds a contribution's numbers, and for a `hello` that holds as much as it may. */
const FRAME_SLACK_BYTES = 16 * 1024;

/** The limit that just lets contributions of this length in: what `maxFrameBytes` is when the plan is known. */
export function contributionFrameBytes(length: number): number {
  return 4 * length + FRAME_SLACK_BYTES;
}

export const DEFAULT_MESSAGE_LIMITS: MessageLimits = withDefaults(MESSAGE_LIMITS, {});

/** @throws SettingsError if an override is not a positive whole number, or its name is not in the table. */
export function withDefaults<Table extends LimitTable>(
  table: Table,
  overrides: { readonly [Name in keyof Table]?: number | undefined },
): LimitsOf<Table> {
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(table, name)) {
      throw new SettingsError(`There is no limit "${name}"; there are ${Object.keys(table).join(', ')}.`);
    }
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw new SettingsError(`The limit ${name} is ${value}. Give a whole number of ${table[name]!.unit} above 0.`);
    }
  }
  const entries = Object.entries(table).map(([name, limit]) => [name, overrides[name] ?? limit.default]);
  return Object.freeze(Object.fromEntries(entries)) as LimitsOf<Table>;
}
