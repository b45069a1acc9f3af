import {
  Device,
  type DeviceEvent,
  deviceRandom,
  type Interaction,
  MemoryStore,
  type SocketConstructor,
} from '../../client/index.ts';

/** What the test hands to the app. */
export interface AppTask {
  readonly url: string;
  readonly id: string;
  readonly seed: number;
  readonly purchases: readonly Interaction[];
}

/** What the app tells the test: plain JSON. */
export interface AppResult {
  readonly events: readonly DeviceEvent[];
  readonly recommended: readonly { readonly id: string; readonly score: number }[];
  readonly personal: readonly number[];
}

/** An app with a device in it: takes part until training is over, then recommends. */
export async function app({ url, id, seed, purchases }: AppTask, WebSocket: SocketConstructor): Promise<AppResult> {
  const events: DeviceEvent[] = [];
  const store = new MemoryStore();
  const device = new Device({
    url,
    WebSocket,
    store,
    id,
    randomFor: (round, purpose) => deviceRandom(seed, round, id, purpose),
    onEvent: event => void events.push(event),
  });
  await device.record(...purchases);
  await device.start();
  await device.finished();
  const recommended = await device.recommend(20);
  const { progress } = await store.load();
  return {
    events,
    recommended: recommended.map(({ item, score }) => ({ id: item.id, score })),
    personal: Array.from(progress!.personal),
  };
}
