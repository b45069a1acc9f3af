import { z } from 'zod';
import {
  compilePrivacyOptions,
  isNoised,
  type PrivacyOptions,
  type PrivacySettings,
} from '../../server/privacy/options.ts';
import { SettingsError } from '../../shared/errors.ts';
import { learnerDefinitions, learnerOptions } from '../../shared/learners/index.ts';
import { TFJS_BACKENDS } from '../learners/backend.ts';
import { checkTracedSettings } from '../virtual-time/settings.ts';

export const TRANSPORTS = ['memory', 'websocket'] as const;
export const HOLDOUTS = ['last-item', 'last-basket'] as const;
export const BASELINES = ['popularity', 'pooled', 'ease'] as const;

const positive = z.int().positive();

const schema = z.strictObject({
  /** `synthetic`, `online-retail:PATH`, `movielens:PATH`, `csv:PATH`. */
  data: z.string().default('synthetic'),
  /** Which column of a csv holds what, where the header's names do not tell. */
  columns: z.record(z.string(), z.string()).optional(),
  /** The share of malformed rows above which loading fails. */
  maxBadShare: z.number().min(0).max(1).default(0.01),
  learner: z.string().default('mf'),
  /** Where the learner is from, if it is the researcher's own: what device processes load it from. */
  learnerFile: z.strictObject({ path: z.string(), backend: z.enum(TFJS_BACKENDS) }).optional(),
  learnerOptions: z.record(z.string(), z.unknown()).default({}),
  transport: z.enum(TRANSPORTS).default('memory'),
  /** Device processes of the websocket transport; devices are dealt out evenly. */
  processes: positive.default(4),
  /** Devices asked a round; all of them, up to 10,000, if left out. */
  cohort: z.union([positive, z.literal('all')], { error: 'Give a whole number above 0, or all.' }).optional(),
  /** When devices are there and how fast they are: see virtual-time/trace-spec.ts. Without, all are, and train in no time. */
  trace: z.string().optional(),
  /** How rounds wait for the devices of a trace; see server/round/settings.ts. */
  overSelection: z.number().optional(),
  minimum: positive.optional(),
  trainMs: z.number().optional(),
  /** Noise and what it promises; see server/privacy/options.ts. No noise if left out. */
  privacy: z.record(z.string(), z.unknown()).default({}),
  /**
   * Threads that play the devices of the memory transport; 0: the process's own. Left out: one a core, where there are
   * devices enough to be worth starting them. They change nothing but the time.
   */
  workers: z.int().min(0).max(256).optional(),
  seed: z.int().nonnegative().default(1),
  holdout: z.enum(HOLDOUTS).default('last-item'),
  /** So many users are evaluated, drawn at random; all of them if left out. Everybody trains. */
  evaluateUsers: positive.optional(),
  /** Evaluate after every so many rounds, and at the end; memory transport only. */
  evaluateEvery: positive.optional(),
  /** All of them if left out, but EASE only for catalogues on which it takes minutes at most. */
  baselines: z.array(z.enum(BASELINES)).optional(),
  /** The ridge of the EASE baseline. */
  easeLambda: z.number().positive().optional(),
});

/** What a user may give. */
export type SimulateOptions = Omit<z.input<typeof schema>, 'privacy'> & {
  readonly privacy?: PrivacyOptions | undefined;
};
/** With defaults, the learner's included: what `config.json` records and what fixes a run, bit by bit. */
export type SimulateSettings = Omit<z.output<typeof schema>, 'privacy'> & { readonly privacy: PrivacySettings };

/** @throws SettingsError with one line a mistake. */
export function simulateSettings(options: SimulateOptions, learners = learnerDefinitions): SimulateSettings {
  const parsed = schema.safeParse(options);
  if (!parsed.success) throw new SettingsError(`The settings are not valid:\n${z.prettifyError(parsed.error)}`);
  const settings = parsed.data;
  if (settings.transport === 'websocket' && settings.evaluateEvery !== undefined) {
    throw new SettingsError(
      'With --transport websocket personal vectors are on the devices until the run ends, so --evaluate-every cannot be had. Leave it out, or use --transport memory.',
    );
  }
  const privacy = compilePrivacyOptions(options.privacy ?? {});
  checkTracedSettings(settings, privacy);
  return {
    ...settings,
    privacy,
    learnerOptions: learnerOptions(settings.learner, settings.learnerOptions, learners, isNoised(privacy)),
  };
}
