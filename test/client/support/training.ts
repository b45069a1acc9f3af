import { WebSocket } from 'ws';
import { systemClock } from '../../../server/clock.ts';
import { Coordinator, type CoordinatorOptions } from '../../../server/coordinator.ts';
import { Gateway } from '../../../server/gateway/gateway.ts';
import { compileRoundOptions, type RoundOptions } from '../../../server/round/settings.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { Catalogue } from '../../../shared/catalogue.ts';
import { historyOf, type Interaction } from '../../../shared/history.ts';
import { createLearner, learnerDefinitions, learnerOptions } from '../../../shared/learners/index.ts';
import type { Learner } from '../../../shared/learners/learner.ts';
import { elementCount, type Model } from '../../../shared/model.ts';
import { bound, gridStep } from '../../../shared/privacy/bound.ts';
import { decodeCoordinatorMessage } from '../../../shared/protocol/codec.ts';
import type { CoordinatorMessage } from '../../../shared/protocol/messages.ts';
import { deviceRandom } from '../../../shared/random/device.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

export const SEED = 4711;
export const catalogue = new Catalogue(
  'tea salt soap rice figs oats milk nuts leek plum'.split(' ').map(id => ({ id, title: id.toUpperCase() })),
);

/** Four shoppers with something in common, by device. */
export const shoppers: ReadonlyMap<string, readonly Interaction[]> = new Map(
  Object.entries({
    anna: ['tea', 'salt', 'rice', 'tea'],
    björn: ['tea', 'rice', 'figs'],
    chloé: ['soap', 'rice', 'milk', 'nuts', 'tea'],
    dirk: ['leek'],
  }).map(([device, items]) => [device, items.map((item, at) => ({ item, at }))]),
);

export interface Serving {
  readonly url: string;
  readonly learner: Learner;
  readonly coordinator: Coordinator;
  readonly close: () => Promise<void>;
}

/** A real coordinator behind a real gateway. */
export async function serve(
  name: string,
  options: object,
  rounds: Partial<RoundOptions> = {},
  learners = learnerDefinitions,
): Promise<Serving> {
  const filled = learnerOptions(name, options, learners);
  const learner = createLearner(name, filled, catalogue, learners);
  const gateway = new Gateway({
    run: `run of ${name}`,
    learner: { name, options: filled },
    catalogue,
    port: 0,
    pace: { reconnectMinMs: 1, reconnectMaxMs: 8 },
  });
  const coordinatorOptions: CoordinatorOptions = {
    learner,
    settings: compileRoundOptions({ goal: shoppers.size, overSelection: 1, retryMs: 1, ...rounds }),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(SEED, round, purpose),
  };
  const coordinator = new Coordinator(coordinatorOptions);
  const url = await gateway.listen(coordinator);
  coordinator.start();
  const close = async (): Promise<void> => {
    coordinator.stop();
    await gateway.close();
  };
  return { url, learner, coordinator, close };
}

/** What training gives with every shopper in every round: no network, no devices, one loop. */
export function trainedInOneLoop(learner: Learner): Model {
  let state = learner.init(seededRandom(SEED, 0, 'init'));
  const length = learner.personal.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const devices = Array.from(shoppers, ([id, purchases]) => {
    return { id, history: historyOf(purchases, catalogue), personal: new Float32Array(length) };
  });
  for (let round = 1; ; round++) {
    const plan = learner.plan(state);
    if (plan === undefined) return state.model;
    const sum = new IntegerSum(plan.length);
    for (const device of devices) {
      const random = deviceRandom(SEED, round, device.id, 'contribute');
      sum.add(bound(learner.contribute(plan, state.model, device, random), plan.clipNorm));
    }
    const release = {
      sum: sum.dequantise(gridStep(plan.clipNorm)),
      expectedContributions: devices.length,
      noiseDeviation: 0,
    };
    state = learner.fold(state, plan, release);
  }
}

/** A WebSocket class that writes down what coordinators say to it, over all its connections. */
export function listeningWebSocket(): { WebSocket: typeof WebSocket; heard: CoordinatorMessage[] } {
  const heard: CoordinatorMessage[] = [];
  class ListeningWebSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', data => heard.push(decodeCoordinatorMessage(new Uint8Array(data as ArrayBuffer))));
    }
  }
  return { WebSocket: ListeningWebSocket as typeof WebSocket, heard };
}
