import { VirtualClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { createLearner, learnerDefinitions } from '../../shared/learners/index.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { evaluationOf } from '../evaluation/evaluate.ts';
import { tracedRounds } from '../virtual-time/settings.ts';
import { parseTraceSpec } from '../virtual-time/trace-spec.ts';
import { TracedFleet } from '../virtual-time/traced-fleet.ts';
import { VirtualTimes } from '../virtual-time/virtual-time.ts';
import type { DevicePool } from '../workers/device-pool.ts';
import { openPool, usualWorkers } from '../workers/open-pool.ts';
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
  const { run, settings, dataset, split, cohort, hooks } = input;
  const { seed, learnerOptions } = settings;
  const catalogue = dataset.catalogue.encode();
  const pool = await poolOf(input, catalogue);
  const learner =
    pool instanceof Threads
      ? createLearner(settings.learner, learnerOptions, dataset.catalogue, learnerDefinitions, pool.numerics)
      : input.learner;
  try {
    const meter = new WireMeter(
      { run, learner: { name: learner.name, options: settings.learnerOptions }, pace: PACE },
      catalogue,
    );
    const clock = new VirtualClock();
    const ids = new SortedIds(split.users);
    const times = new VirtualTimes();
    const traced =
      settings.trace === undefined
        ? undefined
        : {
            settings: tracedRounds(settings, cohort),
            traces: await parseTraceSpec(settings.trace)(ids, seed),
          };
    const purchases = (user: number): number => split.train.offsets[user + 1]! - split.train.offsets[user]!;
    const fleet =
      traced === undefined
        ? new MemoryFleet(ids, pool, meter, clock)
        : new TracedFleet({ ...traced, ids, purchases, seed, clock, meter, times, pool });
    const progress = roundProgress(input);
    const privacy = simulatedPrivacy(input, 'sum');
    let clipped = 0;
    let settling: Promise<void> | undefined;
    const coordinator = new Coordinator({
      learner,
      // Without traces nobody drops out, so nobody is asked in reserve; the divisor is the cohort itself.
      settings:
        traced?.settings ??
        simulatedRounds(compileRoundOptions({ goal: cohort, overSelection: 1, maxAbandoned: 0 }), input),
      privacy,
      fleet,
      clock,
      random: (round, purpose) => seededRandom(seed, 'coordinator', round, purpose),
      onRound: record => {
        progress.round(record);
        times.round(record);
        const { published } = coordinator;
        const evaluate = async () => evaluationOf(await pool.rank(published.model));
        const signal = { clipped: clipped / Math.max(1, record.counted), ...privacy.latest };
        clipped = 0;
        settling = hooks.onRound(record, published, { evaluate, bytesPerDevice: meter.latestRound, signal });
      },
    });
    const clipNorm = learner.plan(coordinator.state)?.clipNorm ?? null;
    let declined = false;
    await fleet.run(coordinator, hooks.signal, {
      trained: progress.devices,
      clipped: count => {
        clipped += count;
      },
      declined: reason => {
        // Once: what goes wrong on one device mostly goes wrong on all.
        if (!declined) hooks.notice(`A device declines to contribute: ${reason}`);
        declined = true;
      },
      settled: async () => settling,
    });
    const { ending, state, published } = await coordinator.finished;
    const newcomers = new VirtualDevices(learner, split.train, split.users, seed, NO_PERSONAL_STATES);
    // A trace that ends before the rounds do is the end of the run.
    const tracesEnded = traced !== undefined && ending === 'stopped' && !hooks.signal.aborted;
    if (tracesEnded)
      hooks.notice(`The traces end after ${state.round} of ${learner.rounds} rounds. Give longer ones to go on.`);
    return {
      complete: ending === 'finished' || tracesEnded,
      state,
      published,
      evaluate: async () => evaluationOf(await pool.rank(published.model)),
      newcomerScorer: model => newcomers.newcomerScorer(model),
      ...progress.totals(),
      clipNorm,
      bytes: meter.bytes,
      virtualTime: traced === undefined ? null : times.summary(clock.now()),
      numerics: pool.numerics,
      close: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** A learner of the user's own is not known to other threads by its name. */
function poolOf({ settings, learner, split }: TrainingInput, catalogue: Uint8Array): Promise<DevicePool> {
  const { seed, learnerOptions, learnerFile, workers = usualWorkers(split.train.size) } = settings;
  const count = learnerFile === undefined ? workers : 0;
  return openPool({ count, learner, learnerOptions, catalogue, split, seed });
}
