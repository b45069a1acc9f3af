import { VirtualClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { evaluationOf } from '../evaluation/evaluate.ts';
import type { DevicePool } from '../workers/device-pool.ts';
import { OneThread } from '../workers/one-thread.ts';
import { Threads } from '../workers/threads.ts';
import { MemoryFleet } from './memory-fleet.ts';
import { simulatedPrivacy, simulatedRounds } from './privacy.ts';
import { roundProgress } from './round-progress.ts';
import { SortedIds } from './sorted-ids.ts';
import type { TrainingInput, TrainingResult } from './train.ts';
import { VirtualDevices } from './virtual-devices.ts';
import { WireMeter } from './wire-meter.ts';

/** The pace that the greeting carries, for its weight alone: virtual devices lose no connection. */
const PACE = { reconnectMinMs: 1_000, reconnectMaxMs: 60_000 };

/** Newcomers have none. */
const NO_PERSONAL_STATES = new Float32Array(0);

/** Trains in this process: the real coordinator, and virtual devices in place of sockets. */
export async function trainInMemory(input: TrainingInput): Promise<TrainingResult> {
  const { run, settings, learner, dataset, split, cohort, hooks } = input;
  const { seed } = settings;
  const catalogue = dataset.catalogue.encode();
  const pool = await poolOf(input, catalogue);
  try {
    const meter = new WireMeter(
      { run, learner: { name: learner.name, options: settings.learnerOptions }, pace: PACE },
      catalogue,
    );
    const clock = new VirtualClock();
    const fleet = new MemoryFleet(new SortedIds(split.users), pool, meter, clock);
    const progress = roundProgress(input);
    let settling: Promise<void> | undefined;
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
        const { published } = coordinator;
        const evaluate = async () => evaluationOf(await pool.rank(published.model));
        settling = hooks.onRound(record, published, { evaluate, bytesPerDevice: meter.latestRound });
      },
    });
    const clipNorm = learner.plan(coordinator.state)?.clipNorm ?? null;
    let declined = false;
    await fleet.run(coordinator, hooks.signal, {
      trained: progress.devices,
      declined: reason => {
        // Once: what goes wrong on one device mostly goes wrong on all.
        if (!declined) hooks.notice(`A device declines to contribute: ${reason}`);
        declined = true;
      },
      settled: async () => settling,
    });
    const { ending, state, published } = await coordinator.finished;
    const newcomers = new VirtualDevices(learner, split.train, split.users, seed, NO_PERSONAL_STATES);
    return {
      complete: ending === 'finished',
      state,
      published,
      evaluate: async () => evaluationOf(await pool.rank(published.model)),
      newcomerScorer: model => newcomers.newcomerScorer(model),
      ...progress.totals(),
      clipNorm,
      bytes: meter.bytes,
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** A learner of the user's own is not known to other threads by its name. */
async function poolOf(input: TrainingInput, catalogue: Uint8Array): Promise<DevicePool> {
  const { settings, learner, split } = input;
  const { workers, seed, learnerOptions, learnerFile } = settings;
  if (workers === 0 || learnerFile !== undefined) return new OneThread(learner, split, seed);
  return Threads.start({ count: workers, learner, learnerOptions, catalogue, split, seed });
}
