import { describe, expect, it } from 'vitest';
import { DeviceStateError, StoreError } from '../../client/errors.ts';
import { MemoryStore } from '../../client/memory-store.ts';
import type { DeviceOptions } from '../../client/options.ts';
import type { StoredDevice } from '../../client/store.ts';
import { SettingsError } from '../../shared/errors.ts';
import {
  catalogueBlob,
  joined,
  model1,
  model2,
  purchases,
  type Scene,
  scene,
  taskFor,
  told,
  train,
  welcome,
} from './support/scene.ts';

describe('starting and stopping', () => {
  it('refuses to start twice, naming the state', async () => {
    const made = await joined();
    await expect(made.device.start()).rejects.toThrow(DeviceStateError);
    await expect(made.device.start()).rejects.toMatchObject({ state: 'waiting', message: /The device is waiting\.$/ });
  });

  it('stops in every state and can be started again', async () => {
    for (const reach of [
      () => {},
      ({ socket }: Scene) => socket.open(),
      ({ socket }: Scene) => {
        socket.open();
        socket.say(catalogueBlob, welcome);
      },
      ({ socket }: Scene) => {
        socket.open();
        socket.say(catalogueBlob, welcome, model1, taskFor(1));
      },
      ({ socket }: Scene) => socket.drop(),
    ]) {
      const made = scene();
      await made.device.start();
      reach(made);
      const finished = expect(made.device.finished()).rejects.toThrow(DeviceStateError);
      await made.device.stop();
      await finished;
      expect(made.device.state).toBe('stopped');
      expect(made.clock.delays).toEqual([]);
      await made.device.stop();
      await made.device.start();
      expect(made.device.state).toBe('connecting');
    }
  });

  it('stays stopped when it is stopped while it starts', async () => {
    const made = scene();
    const starting = made.device.start();
    await made.device.stop();
    await starting;
    expect(made.device.state).toBe('stopped');
    expect(made.coordinator.sockets).toEqual([]);
  });

  it('ends with the final model, saved', async () => {
    const made = await joined();
    const finished = made.device.finished();
    made.socket.say(model2, { type: 'finished', model: model2.hash });
    await finished;
    expect(made.device.state).toBe('finished');
    expect((await made.store.load()).progress?.model.hash).toBe(model2.hash);
    expect(made.socket.closedWith).toBe(1000);
    expect(await told(made)).toContainEqual({ type: 'finished', model: model2.hash });
  });

  it('fails to start on a damaged store, and starts once it is mended', async () => {
    let damaged = true;
    class DamagedStore extends MemoryStore {
      override async load(): Promise<StoredDevice> {
        if (damaged) throw new StoreError('Line 3 is cut off.');
        return super.load();
      }
    }
    const store = new DamagedStore(purchases);
    const made = scene({}, store);
    await expect(made.device.start()).rejects.toThrow(StoreError);
    expect(made.device.state).toBe('failed');
    await expect(made.device.recommend(3)).rejects.toThrow(StoreError);
    damaged = false;
    await made.device.start();
    expect(made.device.state).toBe('connecting');
  });

  it('goes on when its progress cannot be saved, and says so', async () => {
    const store = new MemoryStore(purchases);
    store.saveProgress = async () => {
      throw new StoreError('The disk is full.');
    };
    const made = await joined({}, store);
    made.socket.say(model1, taskFor(1));
    train(made);
    made.socket.say({ type: 'receipt', round: 1, outcome: 'counted' }, taskFor(2));
    train(made);
    expect(made.device.state).toBe('reporting');
    await made.device.stop();
    expect((await told(made)).find(event => event.type === 'error')?.error).toBeInstanceOf(StoreError);
  });

  it('keeps its id over restarts, and makes one of 128 random bits', async () => {
    const stores = [new MemoryStore(), new MemoryStore()];
    const ids: string[] = [];
    for (const store of [stores[0]!, stores[0]!, stores[1]!]) {
      const made = scene({ id: undefined }, store);
      await made.device.start();
      made.socket.open();
      const [hello] = made.socket.received;
      ids.push(hello?.type === 'hello' ? hello.device : '');
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('does not let what a listener does or throws into its work', async () => {
    const made: Scene = scene({ onEvent: event => event.type === 'task' && void made.device.stop() });
    await made.device.start();
    made.socket.open();
    made.socket.say(catalogueBlob, welcome, model1, taskFor(1));
    await told(made);
    expect(made.device.state).toBe('stopped');
    train(made);
    expect(made.socket.received).toHaveLength(1);
  });

  it.each<[string, Partial<DeviceOptions>]>([
    ['an address without ws', { url: 'https://coordinator.test/' }],
    ['no address', { url: '' }],
    ['a broken address', { url: 'ws://' }],
    ['an empty id', { id: '' }],
    ['an id that is too long', { id: 'x'.repeat(129) }],
    ['an id with a line end', { id: 'a\nb' }],
    ['a limit of zero', { limits: { answerTimeoutMs: 0 } }],
    ['a limit that there is not', { limits: { patience: 1 } as object }],
  ])('refuses %s', (_, options) => {
    expect(() => scene(options)).toThrow(SettingsError);
  });
});
