import { beforeEach, describe, expect, it } from 'vitest';
import type { DeviceStore, Progress } from '../../client/store.ts';
import { contentHash } from '../../shared/hash.ts';

/** A store to write to, and the way to what is there after the app was started again. */
export interface StoreUnderTest {
  readonly store: DeviceStore;
  readonly reopen: () => Promise<DeviceStore>;
}

export function blobOf(text: string): { hash: string; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(text);
  return { hash: contentHash(bytes), bytes };
}

export function progressOf(model: string, personal = Float32Array.of(Math.PI, -1e-38, 0, 3e38)): Progress {
  const learner = { name: 'mf', options: { dimension: 4, loss: 'bce', nested: { '10': [1, null], '2': true } } };
  return { run: `run of ${model}`, learner, catalogue: blobOf('the catalogue'), model: blobOf(model), personal };
}

/** Blobs may carry more than the contract asks: only that is compared. */
function plain(progress: Progress | undefined): Progress | undefined {
  if (progress === undefined) return undefined;
  const { catalogue, model } = progress;
  return {
    ...progress,
    catalogue: { hash: catalogue.hash, bytes: new Uint8Array(catalogue.bytes) },
    model: { hash: model.hash, bytes: new Uint8Array(model.bytes) },
  };
}

/** What every DeviceStore keeps to. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: DeviceStore;
    let reopen: () => Promise<DeviceStore>;

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      reopen = opened.reopen;
    });

    it('is empty at first', async () => {
      expect(await store.load()).toEqual({ id: undefined, interactions: [], progress: undefined });
    });

    it('keeps the id', async () => {
      await store.saveId('älterer Name 1');
      await store.saveId('device \u{1f9fa} 2');
      expect((await (await reopen()).load()).id).toBe('device \u{1f9fa} 2');
    });

    it('keeps purchases in the order in which they were recorded, repeats included', async () => {
      const tea = { item: 'tea', at: 2.5, quantity: 3, basket: 'b"\n1' };
      const salt = { item: 'salt', at: -1 };
      await store.append([tea]);
      await store.append([]);
      await store.append([salt, tea]);
      expect((await (await reopen()).load()).interactions).toEqual([tea, salt, tea]);
    });

    it('keeps purchases that are recorded at the same time, each once', async () => {
      const purchases = Array.from({ length: 20 }, (_, at) => ({ item: `item ${at}`, at }));
      await Promise.all(purchases.map(purchase => store.append([purchase])));
      expect((await (await reopen()).load()).interactions).toEqual(purchases);
    });

    it('replaces progress as a whole', async () => {
      await store.saveProgress(progressOf('first model', Float32Array.of(1)));
      await store.saveProgress(progressOf('second model'));
      expect(plain((await (await reopen()).load()).progress)).toEqual(progressOf('second model'));
    });

    it('keeps progress without personal state', async () => {
      await store.saveProgress(progressOf('model', new Float32Array()));
      expect(plain((await (await reopen()).load()).progress)).toEqual(progressOf('model', new Float32Array()));
    });

    it('can be asked again', async () => {
      await store.append([{ item: 'tea', at: 1 }]);
      await store.load();
      await store.append([{ item: 'salt', at: 2 }]);
      expect((await store.load()).interactions).toHaveLength(2);
    });
  });
}
