import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

/**
 * Trains two rounds with a ledger in a file, and kills itself at the given step: before, in the middle of, or after the
 * k-th call to the file system. Each release is noted the moment the learner is handed its sum.
 */
const [folder = '.', killAt = '0'] = process.argv.slice(2);
let steps = 0;
const step = (): void => {
  if (++steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
};

const files = fs as unknown as Record<string, (...parameters: unknown[]) => unknown>;
for (const name of ['mkdirSync', 'openSync', 'writeSync', 'fsyncSync', 'closeSync', 'truncateSync'] as const) {
  const original = files[name]!;
  files[name] = (...parameters) => {
    step();
    if (name === 'writeSync' && steps + 1 === Number(killAt)) {
      const [file, bytes, from] = parameters as [number, Uint8Array, number];
      original(file, bytes, from, (bytes.length - from) >> 1);
    }
    if (name === 'writeSync') step();
    const result = original(...parameters);
    step();
    return result;
  };
}
syncBuiltinESMExports();

const { VirtualClock } = await import('../../../server/clock.ts');
const { Coordinator } = await import('../../../server/coordinator.ts');
const { FileLedger } = await import('../../../server/privacy/file-ledger.ts');
const { compilePrivacyOptions } = await import('../../../server/privacy/options.ts');
const { RunPrivacy } = await import('../../../server/privacy/run-privacy.ts');
const { scheduleOf } = await import('../../../server/privacy/schedule.ts');
const { compileRoundOptions } = await import('../../../server/round/settings.ts');
const { systemRandom } = await import('../../../shared/random/system.ts');
const { ScriptedFleet } = await import('../../support/fleet.ts');
const { summingLearner } = await import('../../support/fleet-learner.ts');

const released = fs.openSync(join(folder, 'released'), 'a');
const summing = summingLearner(2, 3);
const learner = {
  ...summing,
  fold(...parameters: Parameters<typeof summing.fold>) {
    fs.writeSync(released, 'x');
    step();
    return summing.fold(...parameters);
  },
};
const settings = compilePrivacyOptions({ noiseMultiplier: 2 });
const schedule = scheduleOf(settings, { weights: [1, 1], cohort: 2 });
const { delta, adjacency, accountant } = settings;
const ledger = new FileLedger(join(folder, 'ledger.jsonl'), { delta, adjacency, accountant, budget: null });
const random = systemRandom();
const clock = new VirtualClock();
const fleet = new ScriptedFleet(clock, ['a', 'b'], () => [{ delayMs: 5, act: { type: 'contribute' } }]);
const coordinator = new Coordinator({
  learner,
  settings: compileRoundOptions({ goal: 2, overSelection: 1 }),
  privacy: new RunPrivacy({ run: 'crash', schedule, ledger, cohort: 2, random: () => random }),
  fleet,
  clock,
  random: () => random,
});
fleet.events = coordinator;
coordinator.start();
while (clock.runNext());
await coordinator.finished;
process.stdout.write(`${steps}`);
