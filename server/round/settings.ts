import { z } from 'zod';
import { SettingsError } from '../../shared/errors.ts';

/** A week: longer waits are a slip of the unit. */
const MAX_WAIT_MS = 7 * 24 * 3600 * 1000;

/** As many contributions as `IntegerSum` adds exactly. */
const MAX_GOAL = 2 ** 21;

/** Keeps ceil(10 x 1.1) at 11, though 10 x 1.1 is a little more in doubles. */
const CEIL_SLACK = 1e-9;

export const ROUND_DEFAULTS = Object.freeze({
  /** The part of the goal that is folded at the deadline: with fewer, most of a mean's terms would be missing. */
  minimumFraction: 0.5,
  /** Bonawitz et al. 2019 (arXiv 1902.01046) ask 130 % of the goal, since 6 to 10 % of devices drop out. */
  overSelection: 1.3,
  recruitMs: 60_000,
  trainMs: 120_000,
  /** Long enough for devices that lost the connection to come back. */
  retryMs: 5_000,
});

const milliseconds = z.number().positive().max(MAX_WAIT_MS);

const schema = z.strictObject({
  goal: z.int().min(1).max(MAX_GOAL),
  minimum: z.int().min(1).optional(),
  overSelection: z.number().min(1).max(10).default(ROUND_DEFAULTS.overSelection),
  recruitMs: milliseconds.default(ROUND_DEFAULTS.recruitMs),
  trainMs: milliseconds.default(ROUND_DEFAULTS.trainMs),
  retryMs: z.number().min(0).max(MAX_WAIT_MS).default(ROUND_DEFAULTS.retryMs),
  maxAbandoned: z.int().min(0).optional(),
});

/** How rounds are held, as a user gives it. */
export interface RoundOptions {
  /** How many contributions a round wants: it folds as soon as it has them. Also the divisor of means. */
  readonly goal: number;
  /** The least that is folded when the time is up; half the goal if left out. */
  readonly minimum?: number | undefined;
  /** So many times the goal is asked, at least 1, to make up for devices that drop out. */
  readonly overSelection?: number | undefined;
  /** How long a round waits for enough ready devices. */
  readonly recruitMs?: number | undefined;
  /** How long it waits for their contributions. */
  readonly trainMs?: number | undefined;
  /** How long to wait after an abandoned round. */
  readonly retryMs?: number | undefined;
  /** How many rounds in a row may be abandoned before the run fails; without it, the coordinator never gives up. */
  readonly maxAbandoned?: number | undefined;
}

/** The options with defaults filled in and derived numbers worked out. */
export interface RoundSettings {
  /** It folds as soon as it has so many; Infinity: when nobody is waited for any more. */
  readonly goal: number;
  /** The divisor of means, whoever comes. */
  readonly expected: number;
  readonly minimum: number;
  /** How many devices a round asks: goal x overSelection, rounded up. */
  readonly asked: number;
  readonly recruitMs: number;
  readonly trainMs: number;
  readonly retryMs: number;
  /** Infinity: never gives up. */
  readonly maxAbandoned: number;
}

/** @throws SettingsError if an option is unknown, out of range, or does not fit another one. */
export function compileRoundOptions(options: RoundOptions): RoundSettings {
  const parsed = schema.safeParse(options);
  if (!parsed.success)
    throw new SettingsError(`The settings of the round do not fit:\n${z.prettifyError(parsed.error)}`);
  const { goal, overSelection, maxAbandoned, ...waits } = parsed.data;
  const minimum = parsed.data.minimum ?? Math.ceil(goal * ROUND_DEFAULTS.minimumFraction);
  if (minimum > goal) {
    throw new SettingsError(`A round folds at ${goal} contributions, so ${minimum} cannot be the minimum. Lower it.`);
  }
  const asked = Math.ceil(goal * overSelection - CEIL_SLACK);
  return { ...waits, goal, expected: goal, minimum, asked, maxAbandoned: maxAbandoned ?? Infinity };
}

/**
 * The settings of rounds with Poisson cohorts: the size is nobody's to choose, so a round waits until the whole population
 * could be asked, takes what comes of those that chance picks, and is folded even if it is nothing: an abandoned round
 * would tell who was in the cohort.
 */
export function poissonRounds(settings: RoundSettings, population: number): RoundSettings {
  return { ...settings, goal: Infinity, minimum: 0, asked: population };
}
