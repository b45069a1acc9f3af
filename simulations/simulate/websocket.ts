import { systemClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import type { DeviceEvents } from '../../server/fleet.ts';
import { Gateway } from '../../server/gateway/gateway.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { LarderError } from '../../shared/errors.ts';
import { singleThread } from '../../shared/linear-algebra/numerics.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { DeviceProcesses } from './device-processes.ts';
import { simulatedPrivacy, simulatedRounds } from './privacy.ts';
import { roundProgress } from './round-progress.ts';
import type { TrainingInput, TrainingResult } from './train.ts';
import { VirtualDevices } from './virtual-devices.ts';

/** The device processes did not come up. */
export class DevicesMissingError extends LarderError {
  readonly code = 'devices_missing';
}

/** How long device processes may take to start, read their histories and connect. */
const JOIN_MS = 120_000;
/** From the end of training until a device process has saved its devices and is gone. */
const SAVE_MS = 60_000;

/**
 * How rounds are held. A simulation knows its devices, so nobody is asked in reserve, and a round that finds some of
 * them gone waits for them only as long as a reconnection takes.
 */
const ROUNDS = { overSelection: 1, recruitMs: 2_000, trainMs: 120_000, retryMs: 1_000, maxAbandoned: 3 };

/** Trains over real sockets on this machine: the real coordinator here, the devices in processes of their own. */
export async function trainOverWebSocket(input: TrainingInput): Promise<TrainingResult> {
  const { run, settings, learner, dataset, split, cohort, hooks } = input;
  const { seed, processes: count } = settings;
  const gateway = new Gateway({
    run,
    learner: { name: learner.name, options: settings.learnerOptions },
    catalogue: dataset.catalogue,
    port: 0,
    limits: { maxConnections: dataset.users.length + 1, maxConnectionsPerAddress: dataset.users.length + 1 },
  });
  const progress = roundProgress(input);
  const coordinator = new Coordinator({
    learner,
    settings: simulatedRounds(compileRoundOptions({ ...ROUNDS, goal: cohort }), input),
    privacy: simulatedPrivacy(input, 'device'),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(seed, 'coordinator', round, purpose),
    onRound: record => {
      progress.round(record);
      void hooks.onRound(record, coordinator.published);
    },
  });
  const clipNorm = learner.plan(coordinator.state)?.clipNorm ?? null;
  const joined = new Joined(gateway, dataset.users.length);
  const url = await gateway.listen(
    watch(coordinator, { readyChanged: joined.look, contributed: () => progress.devices(1) }),
  );
  const processes = new DeviceProcesses({
    dataset,
    train: split.train,
    processes: count,
    seed,
    url,
    learnerFile: settings.learnerFile,
    onLost: sentence => {
      hooks.notice(sentence);
      joined.lost();
    },
  });
  const stop = (): void => {
    coordinator.stop();
    joined.cancel();
  };
  hooks.signal.addEventListener('abort', stop);
  try {
    hooks.progress({ label: `${processes.running} processes joining`, done: 0, total: 0 });
    await joined.all;
    if (!hooks.signal.aborted) coordinator.start();
    const { ending, state, published } = await coordinator.finished;
    const devices = new VirtualDevices(learner, split.train, split.users, seed);
    if (ending === 'finished') {
      await processes.ended(SAVE_MS);
      for await (const { user, personal } of processes.personalStates()) devices.setPersonal(user, personal);
    }
    return {
      complete: ending === 'finished',
      state,
      published,
      evaluate: async () => evaluate(devices.scorer(published.model), split, seed),
      newcomerScorer: model => devices.newcomerScorer(model),
      ...progress.totals(),
      clipNorm,
      bytes: gateway.traffic,
      virtualTime: null,
      numerics: singleThread,
      close: async () => {},
    };
  } finally {
    hooks.signal.removeEventListener('abort', stop);
    await processes.close();
    await gateway.close();
  }
}

/** Passes events on to the coordinator, and has some of them looked at on the way. */
function watch(
  coordinator: Coordinator,
  also: { readonly readyChanged: () => void; readonly contributed: () => void },
): DeviceEvents {
  return {
    readyChanged: () => {
      also.readyChanged();
      coordinator.readyChanged();
    },
    contributed: (device, contribution) => {
      also.contributed();
      coordinator.contributed(device, contribution);
    },
    declined: (device, round) => coordinator.declined(device, round),
    left: device => coordinator.left(device),
  };
}

/** Waits until every device is there: only then does a seed fix who is asked in the first round. */
class Joined {
  readonly all: Promise<void>;
  readonly look: () => void;
  readonly cancel: () => void;
  /** A process was lost; of no account once all had joined. */
  readonly lost: () => void;

  constructor(gateway: Gateway, expected: number) {
    let resolve!: () => void;
    let reject!: (error: Error) => void;
    const everybody = new Promise<void>((onJoined, onMissing) => {
      resolve = onJoined;
      reject = onMissing;
    });
    const count = (): string => `${gateway.ready().length} of ${expected} devices`;
    const timer = setTimeout(
      () =>
        reject(
          new DevicesMissingError(`Only ${count()} joined in ${JOIN_MS / 1000} s. Use fewer devices or processes.`),
        ),
      JOIN_MS,
    );
    this.all = everybody.finally(() => clearTimeout(timer));
    this.all.catch(() => {});
    this.look = () => {
      if (gateway.ready().length >= expected) resolve();
    };
    this.cancel = resolve;
    this.lost = () =>
      reject(new DevicesMissingError(`A device process ended when ${count()} had joined. Its message is above.`));
  }
}
