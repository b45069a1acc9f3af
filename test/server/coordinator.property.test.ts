import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { RoundsAbandonedError } from '../../server/errors.ts';
import type { RoundRecord } from '../../server/round/record.ts';
import { compileRoundOptions, type RoundSettings } from '../../server/round/settings.ts';
import { gridStep } from '../../shared/privacy/bound.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { endOf, ScriptedFleet } from '../support/fleet.ts';
import { CLIP_NORM, summingLearner } from '../support/fleet-learner.ts';
import { roundOptions, SEED, schedule } from '../support/fleet-schedules.ts';

const ROUNDS = 4;
const LENGTH = 3;

const run = fc.record({
  options: roundOptions,
  schedule,
  stopAtMs: fc.option(fc.nat(300), { freq: 8, nil: undefined }),
});

type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

test('any schedule: rounds end in time, sums are exact, nobody counts twice or is left waiting', async () => {
  const endings: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(run, async run => {
      const ending = await play(run);
      endings[ending] = (endings[ending] ?? 0) + 1;
    }),
    { numRuns: 3000, seed: SEED },
  );
  // The schedules must be worth something: all three endings are common.
  for (const ending of ['finished', 'stopped', 'failed']) expect(endings[ending]).toBeGreaterThan(200);
});

async function play({ options, schedule, stopAtMs }: Run): Promise<string> {
  const { devices, absent, conducts, unasked } = schedule;
  const settings = compileRoundOptions(options);
  const clock = new VirtualClock();
  const names = Array.from({ length: devices + absent }, (_, index) => `device ${index}`);
  const fleet = new ScriptedFleet(clock, names.slice(0, devices), (_, asking) => conducts[asking % conducts.length]!);
  const learner = summingLearner(ROUNDS, LENGTH);
  const records: RoundRecord[] = [];
  const coordinator = new Coordinator({
    learner,
    settings,
    fleet,
    clock,
    random: (round, purpose) => seededRandom(3, round, purpose),
    onRound: record => records.push(record),
  });
  fleet.events = coordinator;
  for (const { device, delayMs, act } of unasked) fleet.plan(names[device % names.length]!, delayMs, act);
  if (stopAtMs !== undefined) clock.setTimer(stopAtMs, () => coordinator.stop());
  coordinator.start();
  // Nothing is left to happen once the clock has no more timers: then the run must be over.
  while (clock.runNext());
  const ending = await Promise.race([
    coordinator.finished.then(
      outcome => outcome.ending,
      (error: unknown) => {
        assert.ok(error instanceof RoundsAbandonedError, String(error));
        return 'failed';
      },
    ),
    new Promise<string>(resolve => setImmediate(resolve, 'still running')),
  ]);
  assert.notEqual(ending, 'still running');
  checkDevices(fleet);
  checkRecords(records, settings, fleet, learner.releases);
  const done = records.filter(({ outcome }) => outcome === 'done').length;
  assert.equal(coordinator.state.round, done);
  if (ending === 'finished') assert.equal(done, ROUNDS);
  assert.deepEqual(fleet.finishes, ending === 'finished' ? [coordinator.published] : []);
  return ending;
}

function checkDevices(fleet: ScriptedFleet): void {
  for (const asking of fleet.askings) assert.ok(endOf(asking), `${asking.device} waits for round ${asking.round}`);
  for (const { device, round, outcome } of fleet.sent) assert.ok(outcome, `${device} has no answer of round ${round}`);
  const counted = fleet.sent
    .filter(({ outcome }) => outcome === 'counted')
    .map(({ device, round }) => `${device} ${round}`);
  assert.equal(new Set(counted).size, counted.length, 'a device counts twice in a round');
}

function checkRecords(
  records: readonly RoundRecord[],
  settings: RoundSettings,
  fleet: ScriptedFleet,
  releases: readonly { sum: Float64Array; expectedContributions: number }[],
): void {
  let folded = 0;
  for (const [index, record] of records.entries()) {
    const { round, outcome, asked, counted, declined, left, released } = record;
    assert.equal(round, index + 1);
    assert.equal(record.learnerRound, folded);
    const vectors = fleet.sent
      .filter(sent => sent.round === round && sent.outcome === 'counted')
      .map(sent => sent.vector);
    assert.equal(counted, vectors.length);
    assert.equal(record.answers.counted, counted);
    assert.ok(counted <= settings.goal && asked <= settings.asked);
    const ends = fleet.askings.filter(asking => asking.round === round).map(endOf);
    const refused = ends.filter(end => end === 'refused').length;
    assert.equal(asked, ends.length);
    assert.equal(asked, counted + declined + left + released + refused);
    assert.equal(declined, ends.filter(end => end === 'declined').length);
    assert.equal(left, ends.filter(end => end === 'left').length);
    assert.ok(record.recruitingMs <= settings.recruitMs && record.trainingMs <= settings.trainMs, 'over its deadline');
    if (outcome === 'abandoned') continue;
    assert.ok(counted >= settings.minimum);
    const { sum, expectedContributions } = releases[folded++]!;
    assert.equal(expectedContributions, settings.goal);
    for (let k = 0; k < LENGTH; k++) {
      const exact = vectors.reduce((total, { parts }) => total + BigInt(parts[0]!.values[k]!), 0n);
      assert.equal(sum[k], Number(exact) * gridStep(CLIP_NORM));
    }
  }
  assert.equal(releases.length, folded, 'an abandoned round was folded');
}
