import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../server/clock.ts';
import { Coordinator } from '../../../server/coordinator.ts';
import type { Fleet } from '../../../server/fleet.ts';
import type { RoundRecord } from '../../../server/round/record.ts';
import { compileRoundOptions, type RoundOptions } from '../../../server/round/settings.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import type { Learner } from '../../../shared/learners/learner.ts';
import { Model } from '../../../shared/model.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { SortedIds } from '../../../simulations/simulate/sorted-ids.ts';
import { TracedFleet } from '../../../simulations/virtual-time/traced-fleet.ts';
import { type DeviceTraces, intervalsOf } from '../../../simulations/virtual-time/traces.ts';
import { VirtualTimes } from '../../../simulations/virtual-time/virtual-time.ts';
import type { DevicePool } from '../../../simulations/workers/device-pool.ts';
import { TimerFleet } from './timer-fleet.ts';

const SECOND_MS = 1_000;
const LENGTH = 3;

/** Its model holds the sum of all that was released, so that the model's hash in a record tells of sums. */
function adder(rounds: number): Learner {
  return {
    name: 'adder',
    personal: [],
    rounds,
    init: () => ({ round: 0, model: new Model([{ name: 'total', shape: [LENGTH] }]), memory: new Model([]) }),
    plan: ({ round }) =>
      round < rounds ? { phase: 'add', length: LENGTH, clipNorm: 2 ** 30, parameters: {} } : undefined,
    contribute: () => dense(new Float32Array(LENGTH)),
    fold: ({ round, model, memory }, _plan, { sum }) => {
      const next = new Model([{ name: 'total', shape: [LENGTH] }], model.values.slice());
      for (let k = 0; k < LENGTH; k++) next.values[k]! += sum[k]!;
      return { round: round + 1, model: next, memory };
    },
    scores: () => new Float32Array(0),
  };
}

/** Devices that come and go over half an hour. */
function randomTraces(seed: number, devices: number, dropout: number): DeviceTraces {
  const random = seededRandom(seed, 'traces');
  const endMs = 1_800 * SECOND_MS;
  const rows = Array.from({ length: devices * 6 }, (_, row) => {
    const from = random.below(endMs);
    return { device: row % devices, from, to: from + 1 + random.below(300 * SECOND_MS) };
  });
  const intervals = intervalsOf(
    devices,
    {
      devices: Int32Array.from(rows, ({ device }) => device),
      fromMs: Float64Array.from(rows, ({ from }) => from),
      toMs: Float64Array.from(rows, ({ to }) => to),
    },
    endMs,
  );
  const slowness = Float32Array.from({ length: devices }, () => Math.exp(0.8 * random.normal()));
  return { endMs, ...intervals, slowness, dropout };
}

interface Run {
  readonly seed: number;
  readonly traces: DeviceTraces;
  readonly bytes?: { readonly up: number; readonly down: number };
  readonly purchases?: (user: number) => number;
  readonly rounds: RoundOptions;
  readonly learner?: Learner;
  /** Which users' devices decline in a round. */
  readonly declines?: (user: number, round: number) => boolean;
}

/** Ids whose order is not that of users. */
const idsOf = (users: number): string[] =>
  Array.from({ length: users }, (_, user) => `d${String(user * 7919).slice(-3)}`);
const BYTES = { up: 2_000_000, down: 1_000_000 };
const vectorOf = (user: number): Int32Array => Int32Array.of(1, user, user * user);
const purchasesOf = (user: number): number => (user * 37) % 90;

function setUp({ seed, rounds, learner = adder(1_000) }: Run) {
  const clock = new VirtualClock();
  const times = new VirtualTimes();
  const records: RoundRecord[] = [];
  const coordinatorOf = (fleet: Fleet) =>
    new Coordinator({
      learner,
      settings: compileRoundOptions(rounds),
      fleet,
      clock,
      random: (round, purpose) => seededRandom(seed, 'coordinator', round, purpose),
      onRound: record => {
        records.push(record);
        times.round(record);
      },
    });
  return { clock, times, records, coordinatorOf };
}

/** With `interruptAt`, the signal is aborted while so manieth batch trains. */
async function traced(run: Run, interruptAt?: number) {
  const { seed, traces, rounds, declines, bytes = BYTES, purchases = purchasesOf } = run;
  const { clock, times, records, coordinatorOf } = setUp(run);
  const interrupt = new AbortController();
  const batches: number[] = [];
  const pool: Pick<DevicePool, 'train'> = {
    train: async ({ round }, users) => {
      if (batches.push(users.length) === interruptAt) {
        interrupt.abort();
        return undefined;
      }
      const declined = [...users].filter(user => declines?.(user, round));
      const sum = new IntegerSum(LENGTH);
      for (const user of users) if (!declined.includes(user)) sum.add(dense(vectorOf(user)));
      return { sum, clipped: 0, declined, ...(declined.length > 0 && { reason: 'diverged' }) };
    },
  };
  const fleet = new TracedFleet({
    ids: new SortedIds(idsOf(traces.slowness.length)),
    traces,
    purchases,
    seed,
    settings: compileRoundOptions(rounds),
    clock,
    meter: { asked: () => {}, finished: () => {}, latestRound: bytes },
    times,
    pool,
  });
  const coordinator = coordinatorOf(fleet);
  let told = 0;
  const declined = (): number => told++;
  await fleet.run(coordinator, interrupt.signal, {
    trained: () => {},
    clipped: () => {},
    declined,
    settled: async () => {},
  });
  const { ending } = await coordinator.finished;
  return { records, summary: times.summary(clock.now()), ending, batches, told };
}

/** The same by the oracle. */
function timed(run: Run) {
  const { seed, traces, declines } = run;
  const { clock, times, records, coordinatorOf } = setUp(run);
  const ids = idsOf(traces.slowness.length);
  const devices = ids.toSorted();
  const users = devices.map(id => ids.indexOf(id));
  const vector = (device: number, round: number): Int32Array | undefined =>
    declines?.(users[device]!, round) ? undefined : vectorOf(users[device]!);
  const purchases = (device: number): number => purchasesOf(users[device]!);
  const fleet = new TimerFleet({ devices, traces, purchases, bytes: BYTES, seed, clock, times, vector });
  fleet.run(coordinatorOf(fleet));
  return { records, summary: times.summary(clock.now()) };
}

const ROUNDS: Record<string, RoundOptions> = {
  'as many as are wanted': { goal: 6, overSelection: 1, trainMs: 40_000 },
  'some in reserve': { goal: 6, overSelection: 1.5, trainMs: 40_000 },
  'a tight deadline': { goal: 6, overSelection: 1.5, trainMs: 12_000, minimum: 3 },
  'all of those asked are the minimum': { goal: 5, overSelection: 1, minimum: 5, trainMs: 60_000 },
  'more than there are': { goal: 25, overSelection: 1.3, minimum: 4, recruitMs: 20_000, trainMs: 30_000 },
  'one, of many': { goal: 1, overSelection: 8, trainMs: 40_000 },
};

describe.each(Object.entries(ROUNDS))('asking %s', (_name, rounds) => {
  test.each([
    { seed: 1, dropout: 0 },
    { seed: 2, dropout: 0.1 },
    { seed: 3, dropout: 0.5 },
  ])('gives the same rounds, sums and times as a timer a device (seed $seed)', async ({ seed, dropout }) => {
    const run = { seed, traces: randomTraces(seed, 40, dropout), rounds };
    const [{ records, summary, ending }, oracle] = [await traced(run), timed(run)];
    expect(ending).toBe('stopped');
    expect(records.length).toBeGreaterThan(20);
    expect(records).toEqual(oracle.records);
    expect(summary).toEqual(oracle.summary);
  });
});

test.each([1, 2, 3])('devices that decline make room for the next (seed %i)', async seed => {
  const declines = (user: number, round: number): boolean => (user * 31 + round * 17) % 3 === 0;
  const rounds = { goal: 4, overSelection: 4, minimum: 1, trainMs: 60_000 };
  const run = { seed, traces: randomTraces(seed, 60, 0.1), rounds, declines };
  const [{ records, summary, told }, oracle] = [await traced(run), timed(run)];
  expect(records.reduce((sum, { declined }) => sum + declined, 0)).toBeGreaterThan(50);
  expect(told).toBeGreaterThan(20);
  expect(records).toEqual(oracle.records);
  expect(summary).toEqual(oracle.summary);
});

/** Devices that are there for a minute, as slow as is said: 10 s x slowness for a task without purchases and bytes. */
function steady(
  slowness: readonly number[],
  endMs = 60 * SECOND_MS,
): Pick<Run, 'traces' | 'bytes' | 'purchases' | 'seed'> {
  const devices = Int32Array.from(slowness.keys());
  const rows = {
    devices,
    fromMs: new Float64Array(devices.length),
    toMs: new Float64Array(devices.length).fill(endMs),
  };
  const traces = {
    endMs,
    ...intervalsOf(devices.length, rows, endMs),
    slowness: Float32Array.from(slowness),
    dropout: 0,
  };
  return { seed: 1, traces, bytes: { up: 0, down: 0 }, purchases: () => 0 };
}

test('a round folds when it has what it wants; devices in reserve are released, and train for nothing', async () => {
  const rounds = { goal: 2, overSelection: 2, trainMs: 60_000 };
  const { records, summary, ending, batches } = await traced({ ...steady([1, 1.5, 2, 4]), rounds, learner: adder(1) });
  expect(ending).toBe('finished');
  expect(batches).toEqual([2]);
  expect(records).toMatchObject([{ asked: 4, counted: 2, released: 2, left: 0, startedAtMs: 0, trainingMs: 15_000 }]);
  const deviceMs = { counted: 25_000, abandoned: 0, declined: 0, left: 0, released: 30_000, late: 0 };
  expect(summary).toEqual({ durationMs: 15_000, roundMs: { median: 15_000, p90: 15_000 }, deviceMs, wasted: 30 / 55 });
});

test('what is due at the deadline comes too late; the minimum decides whether the rest is folded', async () => {
  const devices = steady([1, 2, 3], 35 * SECOND_MS);
  const rounds = { goal: 3, overSelection: 1, trainMs: 20_000, minimum: 1 };
  const folded = await traced({ ...devices, rounds, learner: adder(1) });
  expect(folded.records).toMatchObject([{ outcome: 'done', counted: 1, released: 2, trainingMs: 20_000 }]);
  const later = await traced({ ...devices, rounds: { ...rounds, trainMs: 20_001 }, learner: adder(1) });
  expect(later.records).toMatchObject([{ outcome: 'done', counted: 2, released: 1, trainingMs: 20_001 }]);
  const abandoned = await traced({ ...devices, rounds: { ...rounds, minimum: 2, retryMs: 7_000 }, learner: adder(1) });
  expect(abandoned.records).toMatchObject([
    { outcome: 'abandoned', reason: 'too_few_in_time', counted: 1, released: 2, trainingMs: 20_000 },
    { outcome: 'abandoned', reason: 'too_few_left', startedAtMs: 27_000, left: 2, released: 1, trainingMs: 8_000 },
  ]);
  expect(abandoned.summary).toMatchObject({ durationMs: 35_000, roundMs: null, wasted: 1 });
  expect(abandoned.summary.deviceMs).toMatchObject({
    counted: 0,
    abandoned: 10_000,
    left: 16_000,
    released: 28_000,
    late: 20_000,
  });
});

test('a device that is sending when the round ends is refused later, and busy until then', async () => {
  // 10 s of work, then 30 s of sending; the others 12.5 s and 37.5 s, and 40 s and 120 s.
  const bytes = { up: 30_000 * 625, down: 0 };
  const rounds = { goal: 1, overSelection: 3, trainMs: 100_000, minimum: 1, recruitMs: 1_000 };
  const { records, summary } = await traced({ ...steady([1, 1.25, 4], 200_000), bytes, rounds, learner: adder(2) });
  expect(records).toMatchObject([
    { asked: 3, counted: 1, released: 2, trainingMs: 40_000, answers: { counted: 1, stale: 0 } },
    // Both others are sending by then, so neither can be asked; the second one's arrives 10 s later.
    { asked: 1, counted: 1, recruitingMs: 1_000, trainingMs: 40_000, answers: { counted: 1, stale: 1 } },
  ]);
  expect(summary.deviceMs).toMatchObject({ counted: 80_000, late: 50_000 + 160_000, released: 0 });
});

test('an interrupted run ends at once, its round given up', async () => {
  const rounds = { goal: 2, overSelection: 1, trainMs: 60_000 };
  const { records, ending, batches } = await traced({ ...steady([1, 1, 1]), rounds }, 3);
  expect(ending).toBe('stopped');
  expect(batches).toEqual([2, 2, 2]);
  expect(records.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'cancelled']);
});
