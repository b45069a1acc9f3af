import * as fc from 'fast-check';
import type { RoundOptions } from '../../server/round/settings.ts';
import type { Act } from './fleet.ts';

/** Fixed, so that a failure repeats; fast-check prints it. Set LARDER_SEED to play other schedules. */
export const SEED = Number(process.env.LARDER_SEED ?? 20_261_107);

/** Small rounds, so that their goals and deadlines are met and missed often. */
export const roundOptions: fc.Arbitrary<RoundOptions> = fc.integer({ min: 1, max: 6 }).chain(goal =>
  fc.record({
    goal: fc.constant(goal),
    minimum: fc.integer({ min: 1, max: goal }),
    overSelection: fc.constantFrom(1, 1.3, 2),
    recruitMs: fc.integer({ min: 1, max: 40 }),
    trainMs: fc.integer({ min: 1, max: 40 }),
    retryMs: fc.integer({ min: 0, max: 10 }),
    maxAbandoned: fc.nat(3),
  }),
);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Act>({ type: 'contribute' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('contribute'),
      roundOffset: fc.constantFrom(-2, -1, 0, 1),
      anotherModel: fc.boolean(),
      lengthOffset: fc.constantFrom(-1, 0, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('decline'), roundOffset: fc.constantFrom(-1, 0, 0) }) },
  { weight: 1, arbitrary: fc.constant<Act>({ type: 'leave' }) },
  { weight: 2, arbitrary: fc.constant<Act>({ type: 'join' }) },
);

/** Delay 0 happens inside the call that asks; some are longer than any deadline. */
const delayMs = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(30) }, fc.nat(120));

const acts = fc.array(fc.record({ delayMs, act }), { maxLength: 4 });

/** What the devices of a run do when asked, one entry an asking, over and over; and what some do unasked. */
export const schedule = fc.record({
  devices: fc.integer({ min: 1, max: 10 }),
  absent: fc.integer({ min: 0, max: 3 }),
  conducts: fc.array(acts, { minLength: 1, maxLength: 25 }),
  unasked: fc.array(fc.record({ device: fc.nat(12), delayMs: fc.nat(200), act }), { maxLength: 10 }),
});
