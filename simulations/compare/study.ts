import { z } from 'zod';
import { TRUST_MODELS } from '../../server/privacy/options.ts';
import { SettingsError } from '../../shared/errors.ts';
import { TFJS_BACKENDS } from '../learners/backend.ts';
import { BASELINES, HOLDOUTS } from '../simulate/settings.ts';
import { MEASURES } from './job.ts';

/** A value of a setting. Of a setting that is not a learner's, `none` leaves it out. */
export type Value = string | number | boolean;

const value = z.union([z.string(), z.number(), z.boolean()], { error: 'Give a text, a number, true or false.' });
const positive = z.union([z.literal('none'), z.number().positive()], { error: 'Give a number above 0, or none.' });
const devices = z.union([z.enum(['none', 'all']), z.int().positive()], {
  error: 'Give a whole number above 0, all, or none.',
});
const count = z.union([z.literal('none'), z.int().positive()], { error: 'Give a whole number above 0, or none.' });

/** One value stands for a list of it; a list has at least one, and none twice. */
function several<One extends z.ZodType>(one: One) {
  const list = z
    .array(one)
    .min(1, 'Give at least one.')
    .check(({ value, issues }) => {
      const twice = value.find((given, at) => value.indexOf(given) < at);
      if (twice !== undefined)
        issues.push({ code: 'custom', input: value, message: `${String(twice)} is there twice.` });
    });
  return z.preprocess(given => (Array.isArray(given) ? given : [given]), list);
}

/** `none` is the empty list. */
function possiblyNone<One extends z.ZodType>(one: One) {
  return z.preprocess(given => (given === 'none' ? [] : Array.isArray(given) ? given : [given]), z.array(one));
}

/** Settings that have a key of their own, as they are asked for most. */
const axes = {
  /** Who adds the noise. Of no meaning, and no different run, where there is none. */
  trust: several(z.enum(TRUST_MODELS)).optional(),
  epsilon: several(positive).optional(),
  clipNorm: several(positive).optional(),
  cohort: several(devices).optional(),
  holdout: several(z.enum(HOLDOUTS)).optional(),
  evaluateUsers: several(count).optional(),
  evaluateEvery: several(count).optional(),
  easeLambda: several(positive).optional(),
};

/** What a study file holds; on the command line each key is a flag. */
export const studySchema = z.strictObject({
  /** Its name, and that of its folder. */
  study: z
    .string()
    .regex(/^\w[\w.-]*$/, 'A name has letters, digits, dots, hyphens and underscores alone.')
    .optional(),
  question: z.string().optional(),
  data: several(z.string()).optional(),
  columns: z.record(z.string(), z.string()).optional(),
  maxBadShare: z.number().min(0).max(1).optional(),
  learners: several(z.string()).optional(),
  backend: z.enum(TFJS_BACKENDS).optional(),
  seeds: several(z.int().nonnegative()).optional(),
  ...axes,
  /** Any other setting of a run or of its privacy by its name, and any option of a learner as `learner.option`. */
  vary: z.record(z.string(), several(value)).optional(),
  /** The same with one value. */
  set: z.record(z.string(), value).optional(),
  measure: possiblyNone(z.enum(MEASURES)).optional(),
  baselines: possiblyNone(z.enum(BASELINES)).optional(),
  /** What differences are taken from: see `baselineOf`. */
  against: z.string().optional(),
});

export type StudyOptions = z.input<typeof studySchema>;
type Parsed = z.output<typeof studySchema>;

/** A study with all that goes without saying. */
export interface Study {
  readonly name: string;
  readonly question: string | null;
  readonly data: readonly string[];
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly maxBadShare?: number | undefined;
  /** As they are called in the study: names, or paths of files. Undefined: all that Larder has. */
  readonly learners: readonly string[] | undefined;
  readonly backend?: (typeof TFJS_BACKENDS)[number] | undefined;
  readonly seeds: readonly number[];
  /** What every combination has one value of: settings by name, and learners' options as `learner.option`. */
  readonly axes: Readonly<Record<string, readonly Value[]>>;
  readonly measure: Parsed['measure'] & {};
  /** Undefined: those that are affordable. */
  readonly baselines: Parsed['baselines'];
  readonly against: string | undefined;
}

const DEFAULTS = {
  name: 'comparison',
  data: ['synthetic'],
  /** The fewest that show how much a seed matters. */
  seeds: [1, 2, 3],
  axes: { trust: ['central'], epsilon: ['none'] },
} as const;

/**
 * Later parts of a study override earlier ones, key by key: flags override the file.
 *
 * @throws SettingsError that says where in which part the mistake is.
 */
export function studyOf(...parts: readonly { readonly from: string; readonly options: unknown }[]): Study {
  const parsed = parts.map(({ from, options }) => {
    const result = studySchema.safeParse(options);
    if (!result.success) throw new SettingsError(`${from} is not a study:\n${z.prettifyError(result.error)}`);
    return { ...withoutUndefined(result.data), axes: axesOf(result.data, from) };
  });
  const { study, question, data, columns, maxBadShare, learners, backend, seeds, measure, baselines, against } =
    Object.assign({}, ...parsed) as Parsed;
  return {
    name: study ?? DEFAULTS.name,
    question: question ?? null,
    data: data ?? DEFAULTS.data,
    columns,
    maxBadShare,
    learners,
    backend,
    seeds: seeds ?? DEFAULTS.seeds,
    axes: Object.assign({}, DEFAULTS.axes, ...parsed.map(part => part.axes)) as Study['axes'],
    measure: measure ?? [],
    baselines,
    against,
  };
}

function axesOf(options: Parsed, from: string): Record<string, readonly Value[]> {
  const found = new Map<string, readonly Value[]>();
  const add = (name: string, values: readonly Value[]): void => {
    if (found.has(name)) throw new SettingsError(`${from} gives ${name} twice. Give it once.`);
    found.set(name, values);
  };
  for (const name of Object.keys(axes) as (keyof typeof axes)[]) if (options[name]) add(name, options[name]);
  for (const [name, values] of Object.entries(options.vary ?? {})) add(name, values);
  for (const [name, value] of Object.entries(options.set ?? {})) add(name, [value]);
  return Object.fromEntries(found);
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
