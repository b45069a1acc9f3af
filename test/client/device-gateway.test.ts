import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BlobCache } from '../../client/blob-cache.ts';
import { Device } from '../../client/device.ts';
import type { DeviceEvent } from '../../client/events.ts';
import { MemoryStore } from '../../client/memory-store.ts';
import { FileStore } from '../../client/node-file-store.ts';
import type { DeviceOptions } from '../../client/options.ts';
import { decodeDeviceMessage } from '../../shared/protocol/codec.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import {
  catalogue,
  listeningWebSocket,
  SEED,
  type Serving,
  serve,
  shoppers,
  trainedInOneLoop,
} from './support/training.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function serving(...options: Parameters<typeof serve>): Promise<Serving> {
  const made = await serve(...options);
  cleanUps.push(made.close);
  return made;
}

function deviceOf(
  id: string,
  url: string,
  options: Partial<DeviceOptions> = {},
): { device: Device; events: DeviceEvent[] } {
  const events: DeviceEvent[] = [];
  const device = new Device({
    url,
    WebSocket,
    store: new MemoryStore(shoppers.get(id)),
    id,
    randomFor: (round, purpose) => deviceRandom(SEED, round, id, purpose),
    onEvent: event => void events.push(event),
    ...options,
  });
  cleanUps.push(() => device.stop());
  return { device, events };
}

const MF = { dimension: 3, rounds: 5 };

describe('devices and a coordinator over sockets', () => {
  it('train popularity to the end, and recommend what others bought', async () => {
    const { url, coordinator } = await serving('popularity', {});
    const devices = Array.from(shoppers.keys(), id => deviceOf(id, url).device);
    await Promise.all(devices.map(device => device.start()));
    await Promise.all(devices.map(device => device.finished()));
    const counts = Array.from(coordinator.state.model.tensor('item.counts'));
    expect(counts).toEqual([3, 1, 1, 3, 1, 0, 1, 1, 1, 0]);
    const anna = await devices[0]!.recommend(3);
    expect(anna).toEqual(['soap', 'figs', 'milk'].map(id => ({ item: { id, title: id.toUpperCase() }, score: 1 })));
  });

  it('train mf to the model that one loop without network gives, bit for bit', async () => {
    const { url, coordinator, learner } = await serving('mf', MF);
    const blobs = new BlobCache();
    const devices = Array.from(shoppers.keys(), id => deviceOf(id, url, { blobs }));
    await Promise.all(devices.map(({ device }) => device.start()));
    await Promise.all(devices.map(({ device }) => device.finished()));
    expect(coordinator.state.model.values).toEqual(trainedInOneLoop(learner).values);
    for (const { device, events } of devices) {
      const outcomes = events.filter(event => event.type === 'receipt').map(({ round, outcome }) => [round, outcome]);
      expect(outcomes).toEqual([1, 2, 3, 4, 5].map(round => [round, 'counted']));
      expect((await device.recommend(catalogue.size)).length).toBeGreaterThan(4);
    }
  });

  it('lose the connection in the middle of a round, come back, and need no blob twice', async () => {
    const { url, coordinator } = await serving('mf', MF, { goal: 4, minimum: 3 });
    const { WebSocket: Listening, heard } = listeningWebSocket();
    let cuts = 0;
    class FlakyWebSocket extends Listening {
      override send(data: Uint8Array): void {
        if (cuts < 2 && decodeDeviceMessage(data).type === 'contribution') {
          cuts++;
          this.terminate();
        } else {
          super.send(data);
        }
      }
    }
    const flaky = deviceOf('anna', url, { WebSocket: FlakyWebSocket });
    const steady = ['björn', 'chloé', 'dirk'].map(id => deviceOf(id, url));
    const all = [flaky, ...steady];
    await Promise.all(all.map(({ device }) => device.start()));
    await Promise.all(all.map(({ device }) => device.finished()));
    expect(flaky.events.filter(({ type }) => type === 'disconnected')).toHaveLength(2);
    expect(flaky.events).toContainEqual(expect.objectContaining({ type: 'receipt', outcome: 'counted' }));
    expect(flaky.events.at(-2)).toEqual({ type: 'finished', model: coordinator.published.hash });
    expect(coordinator.state.round).toBe(5);
    const blobs = heard.filter(message => message.type === 'blob');
    expect(new Set(blobs.map(({ hash }) => hash)).size).toBe(blobs.length);
    expect(heard.filter(({ type }) => type === 'welcome')).toHaveLength(3);
  });

  it('keep what they learnt in files: recommend without a connection, and are not sent what they hold', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'larder-device-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const { url } = await serving('popularity', {}, { goal: 1 });
    const first = deviceOf('anna', url, { store: (await FileStore.open(folder)).device('anna') });
    await first.device.record(...shoppers.get('anna')!);
    await first.device.start();
    await first.device.finished();
    const before = await first.device.recommend(5);

    const offline = deviceOf('anna', 'ws://127.0.0.1:1/', { store: (await FileStore.open(folder)).device('anna') });
    expect(await offline.device.recommend(5)).toEqual(before);
    expect(before.map(({ item }) => item.id)).not.toContain('tea');

    const { WebSocket: Listening, heard } = listeningWebSocket();
    const store = (await FileStore.open(folder)).device('anna');
    const again = deviceOf('anna', url, { store, WebSocket: Listening });
    await again.device.start();
    await again.device.finished();
    expect(heard.map(({ type }) => type)).toEqual(['welcome', 'finished']);
    expect(await again.device.recommend(5)).toEqual(before);
  });
});
