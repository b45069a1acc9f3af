import { z } from 'zod';
import type { Random } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { Growable } from '../data/growable.ts';
import type { Ids } from '../data/shared-columns.ts';
import { type DeviceTraces, intervalsOf, MAX_TRACE_MS } from './traces.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

/** What every model of devices has. */
const common = {
  days: z
    .number()
    .positive()
    .max(MAX_TRACE_MS / DAY_MS)
    .default(1),
  /** The median slowness, and the standard deviation of its logarithm: at 0.7 the slowest 5 % take ten times as long as the fastest 5 %. */
  slowness: z.number().positive().max(1_000).default(1),
  spread: z.number().min(0).max(3).default(0.7),
  /** 6 to 10 % of the asked devices drop out, say Bonawitz et al. 2019 (arXiv 1902.01046, section 9). */
  dropout: z.number().min(0).max(1).default(0.08),
};

export const alwaysSchema = z.strictObject(common);

export const diurnalSchema = z.strictObject({
  ...common,
  /** The share of nights that a device charges on Wi-Fi, and for how many hours then on average. */
  nights: z.number().min(0).max(1).default(0.6),
  hours: z.number().min(1).max(16).default(7),
  /** How often a day it charges besides, on average. */
  sessions: z.number().min(0).max(24).default(2),
});

export type AlwaysModel = z.output<typeof alwaysSchema>;
export type DiurnalModel = z.output<typeof diurnalSchema>;

/** Of the diurnal model, in hours: bedtimes differ between devices and, less, between the nights of one. */
const BEDTIME = { mean: 23, betweenDevices: 1.5, betweenNights: 0.5 };
const NIGHT_DEVIATION_HOURS = 1.5;
/** Of a session: lognormal. */
const SESSION = { medianHours: 0.75, spread: 1 };

/** Devices that are there all the time. */
export function alwaysTraces(users: Ids, seed: number, model: AlwaysModel): DeviceTraces {
  return generate(users, seed, model, (_random, endMs, add) => add(0, endMs));
}

/**
 * Devices that take part while they charge on Wi-Fi: most nights from a bedtime on, and now and then by day. Time begins
 * at midnight of the population's one time zone; all starts and ends are whole seconds. With the defaults some 60 % are
 * available at three in the morning and some 10 % by day; Bonawitz et al. 2019 (section 9) saw a factor of four.
 *
 * Of each device: bedtime ~ N(23, 1.5) hours; each night, with probability `nights`, from bedtime + N(0, 0.5) hours for
 * N(`hours`, 1.5) hours; each day Poisson(`sessions`) sessions that begin at any time and last for lognormally many hours,
 * median 0.75, spread 1.
 */
export function diurnalTraces(users: Ids, seed: number, model: DiurnalModel): DeviceTraces {
  const { nights, hours, sessions } = model;
  return generate(users, seed, model, (random, endMs, add) => {
    const addHours = (from: number, length: number): void => {
      if (length > 0) add(wholeSeconds(from * HOUR_MS), wholeSeconds((from + length) * HOUR_MS));
    };
    const bedtime = BEDTIME.mean + BEDTIME.betweenDevices * random.normal();
    // From the evening before time begins.
    for (let day = -1; day * DAY_MS < endMs; day++) {
      if (random.float() < nights) {
        const from = 24 * day + bedtime + BEDTIME.betweenNights * random.normal();
        addHours(from, hours + NIGHT_DEVIATION_HOURS * random.normal());
      }
      for (let left = poisson(sessions, random); left > 0; left--) {
        const from = 24 * (day + random.float());
        addHours(from, SESSION.medianHours * Math.exp(SESSION.spread * random.normal()));
      }
    }
  });
}

/** Each device draws from a stream of its own, its slowness first. */
function generate(
  users: Ids,
  seed: number,
  { days, slowness, spread, dropout }: AlwaysModel,
  draw: (random: Random, endMs: number, add: (fromMs: number, toMs: number) => void) => void,
): DeviceTraces {
  const endMs = wholeSeconds(days * DAY_MS);
  const slownesses = new Float32Array(users.length);
  const devices = new Growable(Int32Array);
  const from = new Growable(Float64Array);
  const to = new Growable(Float64Array);
  for (let device = 0; device < users.length; device++) {
    const random = seededRandom(seed, 'trace', users.at(device)!);
    slownesses[device] = slowness * Math.exp(spread * random.normal());
    draw(random, endMs, (fromMs, toMs) => {
      devices.push(device);
      from.push(fromMs);
      to.push(toMs);
    });
  }
  const rows = { devices: devices.values(), fromMs: from.values(), toMs: to.values() };
  return { endMs, ...intervalsOf(users.length, rows, endMs), slowness: slownesses, dropout };
}

/** By Knuth's products of uniform draws; for small means. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.float(); product > limit; product *= random.float()) count++;
  return count;
}

function wholeSeconds(ms: number): number {
  return Math.round(ms / SECOND_MS) * SECOND_MS;
}
