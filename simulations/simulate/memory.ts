import { VirtualClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { MemoryFleet } from './memory-fleet.ts';
import { simulatedPrivacy, simulatedRounds } from './privacy.ts';
import { roundProgress } from './round-progress.ts';
import type { TrainingInput, TrainingResult } from './train.ts';
import { VirtualDevices } from './virtual-devices.ts';
import { WireMeter } from './wire-meter.ts';

/** The pace that the greeting carries, for its weight alone: virtual devices lose no connection. */
const PACE = { reconnectMinMs: 1_000, reconnectMaxMs: 60_000 };

/** Trains in this process: the real coordinator, and virtual devices in place of sockets. */
export async function trainInMemory(input: TrainingInput): Promise<TrainingResult> {
  const { run, settings, learner, dataset, split, cohort, hooks } = input;
  const { seed } = settings;
  const devices = new VirtualDevices(learner, split.train, split.users, seed);
  const meter = new WireMeter(
    { run, learner: { name: learner.name, options: settings.learnerOptions }, pace: PACE },
    dataset.catalogue.encode(),
  );
  const clock = new VirtualClock();
  const fleet = new MemoryFleet(split.users, devices, meter, clock);
  const progress = roundProgress(input);
  const coordinator = new Coordinator({
    learner,
    // Nobody drops out, so nobody is asked in reserve; the divisor is the cohort itself.
    settings: simulatedRounds(compileRoundOptions({ goal: cohort, overSelection: 1, maxAbandoned: 0 }), input),
    privacy: simulatedPrivacy(input, 'sum'),
    fleet,
    clock,
    random: (round, purpose) => seededRandom(seed, 'coordinator', round, purpose),
    onRound: record => {
      progress.round(record);
      const scorer = devices.scorer(coordinator.published.model);
      hooks.onRound(record, coordinator.published, { scorer, bytesPerDevice: meter.latestRound });
    },
  });
  const clipNorm = learner.plan(coordinator.state)?.clipNorm ?? null;
  let declined = false;
  await fleet.run(coordinator, hooks.signal, {
    trained: progress.device,
    declined: ({ message }) => {
      // Once: what goes wrong on one device mostly goes wrong on all.
      if (!declined) hooks.notice(`A device declines to contribute: ${message}`);
      declined = true;
    },
  });
  const { ending, state, published } = await coordinator.finished;
  return {
    complete: ending === 'finished',
    state,
    published,
    scorer: devices.scorer(published.model),
    newcomerScorer: model => devices.newcomerScorer(model),
    ...progress.totals(),
    clipNorm,
    bytes: meter.bytes,
  };
}
