import { Device } from '../../../client/device.ts';
import type { DeviceEvent } from '../../../client/events.ts';
import { MemoryStore } from '../../../client/memory-store.ts';
import type { DeviceOptions } from '../../../client/options.ts';
import { toDense } from '../../../shared/aggregation/contribution.ts';
import { Catalogue } from '../../../shared/catalogue.ts';
import { contentHash } from '../../../shared/hash.ts';
import { historyOf, type Interaction } from '../../../shared/history.ts';
import { createLearner, learnerOptions } from '../../../shared/learners/index.ts';
import type { RoundPlan } from '../../../shared/learners/learner.ts';
import type { Model } from '../../../shared/model.ts';
import { bound } from '../../../shared/privacy/bound.ts';
import { CLIPPED } from '../../../shared/privacy/protection.ts';
import type { Blob, TaskMessage, Welcome } from '../../../shared/protocol/messages.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { bytesOfInt32 } from '../../../shared/protocol/tensor.ts';
import { deviceRandom } from '../../../shared/random/device.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedCoordinator, type ScriptedSocket } from './scripted-coordinator.ts';

export const SEED = 20_261_122;
export const catalogue = new Catalogue(['tea', 'salt', 'soap', 'rice', 'figs'].map(id => ({ id })));
export const purchases: Interaction[] = [
  { item: 'rice', at: 20 },
  { item: 'tea', at: 10 },
  { item: 'not sold here', at: 15 },
  { item: 'rice', at: 30 },
];
export const learner = { name: 'mf', options: learnerOptions('mf', { dimension: 3, rounds: 9 }) };
export const mf = createLearner(learner.name, learner.options, catalogue);
export const initial = mf.init(seededRandom(SEED, 'init'));
export const plan = mf.plan(initial)!;

export function modelBlob(model: Model): Blob {
  const data = encodeSafetensors(model);
  return { type: 'blob', kind: 'model', hash: contentHash(data), data };
}

/** A model that was trained a little. */
export function nextModel(): Model {
  const model = initial.model.clone();
  for (let k = 0; k < model.length; k++) model.values[k] = Math.sin(k) / 3;
  return model;
}

const bytes = catalogue.encode();
export const catalogueBlob: Blob = { type: 'blob', kind: 'catalogue', hash: contentHash(bytes), data: bytes };
export const model1 = modelBlob(initial.model);
export const model2 = modelBlob(nextModel());
export const welcome: Welcome = {
  type: 'welcome',
  protocol: PROTOCOL_VERSION,
  run: 'run-1',
  learner,
  catalogue: catalogueBlob.hash,
  pace: { reconnectMinMs: 1_000, reconnectMaxMs: 30_000 },
};

export function taskFor(
  round: number,
  model = model1,
  changes: Partial<RoundPlan> = {},
  timeLeftMs = 30_000,
): TaskMessage {
  return { type: 'task', round, model: model.hash, plan: { ...plan, ...changes }, protection: CLIPPED, timeLeftMs };
}

/** What a device with these purchases adds, worked out without the device. */
export function expectedAnswer(round: number, model: Model, personal = new Float32Array(3)): Uint8Array {
  const device = { history: historyOf(purchases, catalogue), personal };
  const contribution = mf.contribute(plan, model, device, deviceRandom(SEED, round, 'd-1', 'contribute'));
  return bytesOfInt32(toDense(bound(contribution, plan.clipNorm)));
}

export interface Scene {
  readonly device: Device;
  readonly clock: ManualClock;
  readonly coordinator: ScriptedCoordinator;
  readonly store: MemoryStore;
  readonly events: DeviceEvent[];
  /** The connection that the device opened last. */
  readonly socket: ScriptedSocket;
}

export function scene(options: Partial<DeviceOptions> = {}, store = new MemoryStore(purchases)): Scene {
  const clock = new ManualClock();
  const coordinator = new ScriptedCoordinator();
  const events: DeviceEvent[] = [];
  const device = new Device({
    url: 'ws://coordinator.test/',
    WebSocket: coordinator.WebSocket,
    store,
    id: 'd-1',
    randomFor: (round, purpose) => deviceRandom(SEED, round, 'd-1', purpose),
    clock,
    onEvent: event => void events.push(event),
    ...options,
  });
  return {
    device,
    clock,
    coordinator,
    store,
    events,
    get socket() {
      return coordinator.socket;
    },
  };
}

/** A device that was welcomed and waits. */
export async function joined(options: Partial<DeviceOptions> = {}, store?: MemoryStore): Promise<Scene> {
  const made = scene(options, store);
  await made.device.start();
  made.socket.open();
  made.socket.say(catalogueBlob, welcome);
  return made;
}

/** Lets the two pauses around training pass. */
export function train({ clock }: Scene): void {
  clock.advance(0);
}

/** Events come in microtasks. */
export async function told({ events }: Scene): Promise<DeviceEvent[]> {
  await Promise.resolve();
  return events;
}
