import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduce, startRound } from '../../../server/round/reduce.ts';
import type { RoundEvent, RoundSpec, RoundState } from '../../../server/round/round.ts';
import { compileRoundOptions } from '../../../server/round/settings.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { SEED } from '../../support/fleet-schedules.ts';
import { RoundObserver } from './observer.ts';

const ROUND = 7;
const MODEL = 'the model';
const LENGTH = 3;
const DEVICES = ['a', 'b', 'c', 'd', 'e', 'f'];

const settings = fc
  .record({ goal: fc.integer({ min: 1, max: 5 }), fraction: fc.double({ min: 0, max: 1, noNaN: true }) })
  .chain(({ goal, fraction }) =>
    fc.record({
      goal: fc.constant(goal),
      minimum: fc.constant(Math.max(1, Math.round(goal * fraction))),
      overSelection: fc.constantFrom(1, 1.3, 2),
      recruitMs: fc.integer({ min: 1, max: 50 }),
      trainMs: fc.integer({ min: 1, max: 50 }),
    }),
  )
  .map(compileRoundOptions);

const device = fc.constantFrom(...DEVICES);
const often = <Value>(usual: Value, ...others: Value[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const nowMs = fc.integer({ min: 0, max: 120 });

const event: fc.Arbitrary<RoundEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('available'), count: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('selected'), devices: fc.array(device), nowMs }) },
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constant('contribution'),
      device,
      round: often(ROUND, ROUND - 1, ROUND + 1),
      model: often(MODEL, 'another model'),
      vector: often(LENGTH, LENGTH - 1, LENGTH + 1, 0).map(length => dense(new Int32Array(length))),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('contributions'),
      devices: fc.shuffledSubarray(DEVICES, { minLength: 1, maxLength: 3 }),
      round: often(ROUND, ROUND - 1),
      model: often(MODEL, 'another model'),
      sum: fc
        .record({ length: often(LENGTH, LENGTH - 1), count: fc.integer({ min: 1, max: 3 }) })
        .map(({ length, count }) => new IntegerSum(new Float64Array(length), count)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('declined'), device, round: often(ROUND, ROUND - 1) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('left'), device }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('tick'), nowMs }) },
  { weight: 1, arbitrary: fc.constantFrom<RoundEvent>({ type: 'folded' }, { type: 'foldFailed' }, { type: 'cancel' }) },
);

/** How many events go by before the driver answers a `select` or `fold`, and what it answers. */
const driver = fc.record({
  selectAfter: fc.nat(2),
  foldAfter: fc.nat(4),
  folds: fc.boolean(),
  selection: fc.shuffledSubarray(DEVICES, { minLength: 2 }),
});

test('any events in any order: a round ends, answers everybody once, and counts nobody twice', () => {
  const ends: string[] = [];
  fc.assert(
    fc.property(settings, fc.array(event, { minLength: 10, maxLength: 60 }), driver, (settings, events, driver) => {
      const spec: RoundSpec = { round: ROUND, model: MODEL, length: LENGTH, settings };
      const start = startRound(spec, 0);
      const observer = new RoundObserver(spec);
      let state = start.state as RoundState;
      const owed: { event: RoundEvent; after: number }[] = [];
      const step = (event: RoundEvent): void => {
        const before = state;
        const was = snapshot(before);
        const next = reduce(before, event);
        assert.equal(snapshot(before), was, 'the state before was changed');
        observer.step(event, next.effects, next.state);
        state = next.state;
        for (const { type } of next.effects) {
          if (type === 'select')
            owed.push({ event: { type: 'selected', devices: driver.selection, nowMs: 60 }, after: driver.selectAfter });
          if (type === 'fold')
            owed.push({ event: { type: driver.folds ? 'folded' : 'foldFailed' }, after: driver.foldAfter });
        }
      };
      for (const event of events) {
        while ((owed[0]?.after ?? 1) === 0) step(owed.shift()!.event);
        if (owed[0] !== undefined) owed[0].after--;
        step(event);
      }
      // Two deadlines at most: that of recruiting, then that of training.
      for (let deadline = 0; deadline < 2; deadline++) {
        while (owed.length > 0) step(owed.shift()!.event);
        step({ type: 'tick', nowMs: Infinity });
      }
      while (owed.length > 0) step(owed.shift()!.event);
      observer.end(state);
      ends.push(state.phase);
    }),
    { numRuns: 3000, seed: SEED },
  );
  // The schedules must be worth something: both ends are common.
  for (const end of ['done', 'abandoned']) expect(ends.filter(phase => phase === end).length).toBeGreaterThan(500);
});

function snapshot({ roster, ...rest }: RoundState): string {
  const standings = roster.devices.map(device => [device, roster.standing(device)]);
  return JSON.stringify({ ...rest, standings, tally: roster.tally, pending: roster.pending() });
}
