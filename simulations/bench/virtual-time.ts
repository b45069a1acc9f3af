import { VirtualClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { dense } from '../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import type { Learner } from '../../shared/learners/learner.ts';
import { Model } from '../../shared/model.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { SortedIds } from '../simulate/sorted-ids.ts';
import { parseTraceSpec } from '../virtual-time/trace-spec.ts';
import { TracedFleet } from '../virtual-time/traced-fleet.ts';
import { VirtualTimes } from '../virtual-time/virtual-time.ts';
import type { Figure } from './figure.ts';

const SEED = 1;
const PURCHASES = 50;
const BYTES = { up: 500_000, down: 500_000 };
const EMPTY = new Model([]);

/** Sums one number and learns nothing from it. More rounds than a day holds. */
const idle: Learner = {
  name: 'idle',
  personal: [],
  rounds: 10_000,
  init: () => ({ round: 0, model: EMPTY, memory: EMPTY }),
  plan: () => ({ phase: 'idle', length: 1, clipNorm: 1, parameters: {} }),
  contribute: () => dense(new Float32Array(1)),
  fold: state => ({ ...state, round: state.round + 1 }),
  scores: () => new Float32Array(0),
};

/**
 * Seconds for a day of so many devices on diurnal traces, rounds of `goal` one after another, 30 % in reserve, and nothing
 * to train: what virtual time itself costs.
 */
export async function virtualTime(devices = 1_000_000, goal = 1_000): Promise<Figure> {
  const ids = new SortedIds(Array.from({ length: devices }, (_, index) => `d${String(index).padStart(8, '0')}`));
  const startedAtMs = performance.now();
  const traces = await parseTraceSpec('diurnal')(ids, SEED);
  const tracesMs = performance.now() - startedAtMs;
  const settings = compileRoundOptions({ goal });
  const clock = new VirtualClock();
  const times = new VirtualTimes();
  let [rounds, asked] = [0, 0];
  const fleet = new TracedFleet({
    ids,
    traces,
    purchases: () => PURCHASES,
    seed: SEED,
    settings,
    clock,
    meter: { asked: () => {}, finished: () => {}, latestRound: BYTES },
    times,
    pool: {
      train: async (_task, users) => ({
        sum: new IntegerSum(new Float64Array(1), users.length),
        clipped: 0,
        declined: [],
      }),
    },
  });
  const coordinator = new Coordinator({
    learner: idle,
    settings,
    fleet,
    clock,
    random: (round, purpose) => seededRandom(SEED, round, purpose),
    onRound: record => {
      times.round(record);
      rounds++;
      asked += record.asked;
    },
  });
  const events = { trained: () => {}, clipped: () => {}, declined: () => {}, settled: async () => {} };
  await fleet.run(coordinator, new AbortController().signal, events);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const changes = 2 * traces.fromMs.length;
  const note =
    `a day of ${devices} devices without training: ${rounds} rounds, ${asked} askings, ${changes} changes of availability; ` +
    `${Math.round((asked + changes) / seconds)} of them a second; making the traces took ${(tracesMs / 1000).toFixed(1)} s`;
  return { id: 'virtual-time', value: seconds, unit: 's', note };
}
