import { expect, test } from 'vitest';
import { VirtualClock } from '../../../server/clock.ts';
import { Coordinator } from '../../../server/coordinator.ts';
import { MemoryLedger } from '../../../server/privacy/ledger.ts';
import { compilePrivacyOptions, type PrivacyOptions } from '../../../server/privacy/options.ts';
import { RunPrivacy } from '../../../server/privacy/run-privacy.ts';
import { scheduleOf } from '../../../server/privacy/schedule.ts';
import type { RoundRecord } from '../../../server/round/record.ts';
import { compileRoundOptions, poissonRounds } from '../../../server/round/settings.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { ScriptedFleet } from '../../support/fleet.ts';
import { CLIP_NORM, summingLearner } from '../../support/fleet-learner.ts';

/** A run over 40 devices that always answer. */
async function train(options: PrivacyOptions, cohort: number, rounds: number, budget?: number) {
  const settings = compilePrivacyOptions(options);
  const schedule = scheduleOf(settings, { weights: Array(rounds).fill(1) as number[], cohort, population: 40 });
  const ledger = new MemoryLedger({ ...settings, budget: budget === undefined ? null : { epsilon: budget } });
  const random = (round: number) => seededRandom(4, round, 'noise');
  const clock = new VirtualClock();
  const names = Array.from({ length: 40 }, (_, n) => `device ${n}`);
  const fleet = new ScriptedFleet(clock, names, () => [{ delayMs: 3, act: { type: 'contribute' } }]);
  const learner = summingLearner(rounds, 50);
  const records: RoundRecord[] = [];
  const round = compileRoundOptions({ goal: cohort, overSelection: 1 });
  const coordinator = new Coordinator({
    learner,
    settings: settings.sampling === 'poisson' ? poissonRounds(round, 40) : round,
    privacy: new RunPrivacy({ run: 'r', schedule, ledger, cohort, random }),
    fleet,
    clock,
    random: (number, purpose) => seededRandom(4, number, purpose),
    onRound: record => records.push(record),
  });
  fleet.events = coordinator;
  coordinator.start();
  while (clock.runNext());
  return { outcome: await coordinator.finished, records, ledger, fleet, releases: learner.releases, schedule };
}

test('a Poisson cohort of nobody still releases noise, and is charged', async () => {
  const { outcome, records, ledger, releases } = await train({ noiseMultiplier: 2, sampling: 'poisson' }, 1, 12);
  expect(outcome.ending).toBe('finished');
  const sizes = records.map(({ asked }) => asked);
  expect(sizes).toContain(0);
  expect(new Set(sizes).size).toBeGreaterThan(2);
  expect(ledger.charges).toHaveLength(12);
  const nobody = releases[sizes.indexOf(0)]!;
  const deviation = Math.sqrt(nobody.sum.reduce((sum, value) => sum + value ** 2, 0) / 50);
  expect(deviation / (2 * CLIP_NORM)).toBeGreaterThan(0.7);
  // The divisor is what was expected, not what came.
  for (const { expectedContributions } of releases) expect(expectedContributions).toBe(1);
});

test('a budget ends the run before a device is asked, with the model that was paid for', async () => {
  const one = await train({ noiseMultiplier: 3 }, 10, 1);
  const affordable = await train({ noiseMultiplier: 3 }, 10, 6, one.schedule.epsilon! * 1.7);
  expect(affordable.outcome).toMatchObject({
    ending: 'budget',
    state: { round: 2 },
    budget: { code: 'budget_exhausted' },
  });
  expect(affordable.ledger.charges).toHaveLength(2);
  expect(affordable.fleet.askings).toHaveLength(20);
  expect(affordable.fleet.finishes).toEqual([affordable.outcome.published]);
});

test('a run under a minimum separation never asks a device too soon', async () => {
  const options = { noiseMultiplier: 2, sampling: 'min-separation', minSeparation: 4, noise: 'blt' } as const;
  const { outcome, fleet, ledger } = await train(options, 10, 9);
  expect(outcome.ending).toBe('finished');
  const last = new Map<string, number>();
  for (const { device, round } of fleet.askings) {
    expect(round - (last.get(device) ?? -4)).toBeGreaterThanOrEqual(4);
    last.set(device, round);
  }
  expect(fleet.askings).toHaveLength(90);
  expect(ledger.charges).toHaveLength(1);
});
