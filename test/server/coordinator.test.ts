import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../server/clock.ts';
import { Coordinator, type CoordinatorOptions } from '../../server/coordinator.ts';
import { CoordinatorStateError, LearnerFailedError, RoundsAbandonedError } from '../../server/errors.ts';
import type { RoundRecord } from '../../server/round/record.ts';
import { compileRoundOptions, type RoundOptions } from '../../server/round/settings.ts';
import { contentHash } from '../../shared/hash.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import { type Act, ScriptedFleet } from '../support/fleet.ts';
import { summingLearner } from '../support/fleet-learner.ts';

type Conduct = (device: string, asking: number) => readonly { delayMs: number; act: Act }[];

const contributeAfter =
  (delayMs: number): Conduct =>
  () => [{ delayMs, act: { type: 'contribute' } }];

const never: Conduct = () => [];

function setUp(
  devices: number,
  conduct: Conduct,
  options: RoundOptions,
  overrides: Partial<Pick<CoordinatorOptions, 'learner' | 'onRound' | 'state'>> = {},
) {
  const clock = new VirtualClock();
  const names = Array.from({ length: devices }, (_, index) => `device ${index}`);
  const fleet = new ScriptedFleet(clock, names, conduct);
  const records: RoundRecord[] = [];
  const coordinator = new Coordinator({
    learner: summingLearner(3, 2),
    settings: compileRoundOptions({ overSelection: 1, ...options }),
    fleet,
    clock,
    random: (round, purpose) => seededRandom(9, round, purpose),
    onRound: record => records.push(record),
    ...overrides,
  });
  fleet.events = coordinator;
  return { clock, fleet, coordinator, records };
}

describe('a run', () => {
  test('trains to the end and publishes the last model', async () => {
    const { clock, fleet, coordinator, records } = setUp(6, contributeAfter(40), { goal: 4 });
    coordinator.start();
    while (clock.runNext());
    const { ending, state, published } = await coordinator.finished;
    expect({ ending, round: state.round }).toEqual({ ending: 'finished', round: 3 });
    expect(published.bytes).toEqual(encodeSafetensors(state.model));
    expect(published.hash).toBe(contentHash(published.bytes));
    expect(fleet.finishes).toEqual([published]);
    expect(records[1]).toEqual({
      round: 2,
      learnerRound: 1,
      phase: 'sum',
      outcome: 'done',
      asked: 4,
      counted: 4,
      declined: 0,
      left: 0,
      released: 0,
      answers: { counted: 4, duplicate: 0, late: 0, stale: 0, unasked: 0 },
      startedAtMs: 40,
      recruitingMs: 0,
      trainingMs: 40,
      foldingMs: 0,
      model: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(new Set(records.map(({ model }) => model)).size).toBe(3);
  });

  test('goes on from a state', async () => {
    const learner = summingLearner(3, 2);
    const state = { ...learner.init(seededRandom(1)), round: 2 };
    const { clock, coordinator, records } = setUp(4, contributeAfter(1), { goal: 4 }, { learner, state });
    coordinator.start();
    while (clock.runNext());
    await coordinator.finished;
    expect(records.map(({ round, learnerRound }) => [round, learnerRound])).toEqual([[3, 2]]);
  });

  test('of many rounds and devices that answer inside `ask` does not grow the stack', async () => {
    const learner = summingLearner(300, 2);
    const { coordinator } = setUp(100, contributeAfter(0), { goal: 100 }, { learner });
    let deepest = 0;
    const fold = learner.fold.bind(learner);
    learner.fold = (...folded) => {
      deepest = Math.max(deepest, stackDepth());
      return fold(...folded);
    };
    coordinator.start();
    expect((await coordinator.finished).state.round).toBe(300);
    expect(deepest).toBeLessThan(100);
  });

  test('starts once', async () => {
    const { coordinator } = setUp(4, contributeAfter(0), { goal: 4 });
    coordinator.start();
    expect(() => coordinator.start()).toThrow(CoordinatorStateError);
    expect(() => coordinator.start()).toThrow('finished');
  });
});

describe('an abandoned round', () => {
  test('is followed by another one, under a new number, once devices have joined', async () => {
    const { clock, fleet, coordinator, records } = setUp(1, contributeAfter(1), {
      goal: 2,
      recruitMs: 100,
      retryMs: 30,
    });
    coordinator.start();
    fleet.plan('device 0', 10, { type: 'leave' });
    for (const device of ['one', 'two']) fleet.plan(device, 150, { type: 'join' });
    while (clock.runNext());
    await coordinator.finished;
    const summary = records.map(({ round, outcome, startedAtMs }) => ({ round, outcome, startedAtMs }));
    expect(summary.slice(0, 2)).toEqual([
      { round: 1, outcome: 'abandoned', startedAtMs: 0 },
      { round: 2, outcome: 'done', startedAtMs: 130 },
    ]);
    expect(records[0]).toMatchObject({ reason: 'too_few_ready', asked: 0, recruitingMs: 100 });
    expect(records[1]).toMatchObject({ learnerRound: 0, recruitingMs: 20 });
  });

  test('too many in a row end the run', async () => {
    const options = { goal: 4, trainMs: 100, retryMs: 1, maxAbandoned: 2 };
    const { clock, coordinator, records } = setUp(4, never, options);
    coordinator.start();
    while (clock.runNext());
    await expect(coordinator.finished).rejects.toThrow(RoundsAbandonedError);
    await expect(coordinator.finished).rejects.toMatchObject({ round: 3, reason: 'too_few_in_time', abandoned: 3 });
    expect(records.map(({ outcome }) => outcome)).toEqual(['abandoned', 'abandoned', 'abandoned']);
    expect(clock.now()).toBe(302);
  });

  test('are counted in a row only', async () => {
    // Four askings a round: every second round is abandoned.
    const conduct: Conduct = (_, asking) => (Math.ceil(asking / 4) % 2 === 0 ? contributeAfter(0)('', 0) : []);
    const { clock, coordinator, records } = setUp(4, conduct, { goal: 4, maxAbandoned: 1 });
    coordinator.start();
    while (clock.runNext());
    expect((await coordinator.finished).ending).toBe('finished');
    expect(records.map(({ outcome }) => outcome === 'done')).toEqual([false, true, false, true, false, true]);
  });
});

describe('stop', () => {
  test('releases the devices of the round and leaves nothing running', async () => {
    const { clock, fleet, coordinator, records } = setUp(4, never, { goal: 4 });
    coordinator.start();
    clock.advance(5);
    coordinator.stop();
    expect(await coordinator.finished).toMatchObject({ ending: 'stopped', state: { round: 0 } });
    expect(fleet.askings.map(({ told }) => told)).toEqual(['abandoned', 'abandoned', 'abandoned', 'abandoned']);
    expect(records).toMatchObject([{ outcome: 'abandoned', reason: 'cancelled' }]);
    expect(clock.runNext()).toBe(false);
  });

  test.each([
    ['before the start', 0],
    ['while waiting to try again', 15],
  ])('%s', async (_, afterMs) => {
    const { clock, coordinator } = setUp(4, never, { goal: 4, trainMs: 10, retryMs: 10 });
    if (afterMs > 0) coordinator.start();
    clock.advance(afterMs);
    coordinator.stop();
    coordinator.stop();
    expect(await coordinator.finished).toMatchObject({ ending: 'stopped' });
    expect(clock.runNext()).toBe(false);
    expect(() => coordinator.start()).toThrow('stopped');
  });

  test('between rounds', async () => {
    const { coordinator } = setUp(4, contributeAfter(0), { goal: 4 }, { onRound: () => coordinator.stop() });
    coordinator.start();
    expect(await coordinator.finished).toMatchObject({ ending: 'stopped', state: { round: 1 } });
  });

  test('when the next round is about to begin', async () => {
    const { clock, fleet, coordinator, records } = setUp(4, contributeAfter(0), { goal: 4 });
    const receipt = fleet.receipt.bind(fleet);
    // Each answer makes a device send again. The four sent while folding are answered before the round is closed, and
    // the four sent then, before the next round begins.
    let duplicates = 0;
    fleet.receipt = (device, round, outcome) => {
      receipt(device, round, outcome);
      if (outcome === 'duplicate' && ++duplicates === 5) coordinator.stop();
      else if (duplicates < 5) fleet.act(device, { type: 'contribute' });
    };
    coordinator.start();
    expect(await coordinator.finished).toMatchObject({ ending: 'stopped', state: { round: 1 } });
    expect(fleet.askings.length).toBe(4);
    expect(records.length).toBe(1);
    expect(clock.runNext()).toBe(false);
  });

  test('when the sum is complete: the fold still counts', async () => {
    const { fleet, coordinator, records } = setUp(4, contributeAfter(0), { goal: 4 });
    const receipt = fleet.receipt.bind(fleet);
    fleet.receipt = (...told) => {
      receipt(...told);
      coordinator.stop();
    };
    coordinator.start();
    expect(await coordinator.finished).toMatchObject({ ending: 'stopped', state: { round: 1 } });
    expect(records).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('contributions are answered', () => {
  test('before the start and after the end', async () => {
    const { clock, fleet, coordinator } = setUp(4, contributeAfter(5), { goal: 4 });
    fleet.act('device 0', { type: 'contribute' });
    coordinator.start();
    while (clock.runNext());
    await coordinator.finished;
    fleet.act('device 0', { type: 'contribute' });
    fleet.act('device 0', { type: 'contribute', roundOffset: -1 });
    const outcomes = fleet.sent.map(({ outcome }) => outcome);
    expect([outcomes[0], ...outcomes.slice(-2)]).toEqual(['stale', 'duplicate', 'stale']);
  });

  test('late ones go into the record of the round that is on', async () => {
    const late: Conduct = () => [{ delayMs: 30, act: { type: 'contribute', roundOffset: -1 } }];
    const conduct: Conduct = (device, asking) => [...contributeAfter(40)(device, asking), ...late(device, asking)];
    const { clock, coordinator, records } = setUp(2, conduct, { goal: 2 });
    coordinator.start();
    while (clock.runNext());
    await coordinator.finished;
    expect(records.map(({ answers }) => answers.stale)).toEqual([2, 2, 2]);
  });
});

describe('a failure ends the run with its cause', () => {
  const broken = new Error('out of numbers');

  test.each(['plan', 'fold'] as const)('of the learner to %s', async half => {
    const learner = summingLearner(3, 2);
    learner[half] = () => {
      throw broken;
    };
    const { clock, fleet, coordinator, records } = setUp(4, contributeAfter(1), { goal: 4 }, { learner });
    coordinator.start();
    while (clock.runNext());
    await expect(coordinator.finished).rejects.toThrow(LearnerFailedError);
    await expect(coordinator.finished).rejects.toMatchObject({ half, cause: broken });
    expect(records).toMatchObject(half === 'fold' ? [{ outcome: 'abandoned', reason: 'fold_failed' }] : []);
    expect(fleet.finishes).toEqual([]);
    expect(coordinator.state.round).toBe(0);
  });

  test('of the fleet, and its devices are released', async () => {
    const { clock, fleet, coordinator } = setUp(4, never, { goal: 4 });
    const ask = fleet.ask.bind(fleet);
    fleet.ask = (devices, task) => {
      ask(devices, task);
      throw broken;
    };
    coordinator.start();
    await expect(coordinator.finished).rejects.toBe(broken);
    expect(fleet.askings.map(({ told }) => told)).toEqual(['abandoned', 'abandoned', 'abandoned', 'abandoned']);
    expect(clock.runNext()).toBe(false);
  });

  test('of writing the record, even of the one that stopping leaves', async () => {
    const onRound = () => {
      throw broken;
    };
    const { coordinator } = setUp(4, never, { goal: 4 }, { onRound });
    coordinator.start();
    coordinator.stop();
    await expect(coordinator.finished).rejects.toBe(broken);
  });
});

function stackDepth(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const depth = new Error('how deep').stack!.split('\n').length;
  Error.stackTraceLimit = limit;
  return depth;
}
