import { describe, expect, it } from 'vitest';
import { NotReadyError, StoreError } from '../../client/errors.ts';
import { MemoryStore } from '../../client/memory-store.ts';
import type { DeviceOptions } from '../../client/options.ts';
import type { Progress } from '../../client/store.ts';
import { SettingsError } from '../../shared/errors.ts';
import { historyOf, type Interaction } from '../../shared/history.ts';
import type { Model } from '../../shared/model.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import {
  catalogue,
  catalogueBlob,
  expectedAnswer,
  initial,
  joined,
  mf,
  model1,
  model2,
  nextModel,
  purchases,
  type Scene,
  SEED,
  scene,
  taskFor,
  told,
  train,
} from './support/scene.ts';

describe('recommending', () => {
  /** What `recommend` has to give: every item scored, the best first. */
  function ranking(model: Model, personal: Float32Array, bought: readonly string[]): string[] {
    const device = { history: historyOf(purchases, catalogue), personal: personal.slice() };
    mf.personalise?.(model, device, deviceRandom(SEED, 0, 'd-1', 'personalise'));
    const scores = mf.scores(model, device);
    const ranked = catalogue.items.map(({ id }, index) => ({ id, score: scores[index]! }));
    const open = ranked.filter(({ id }) => !bought.includes(id));
    return open.toSorted((a, b) => b.score - a.score).map(({ id }) => id);
  }

  async function finishedScene(options: Partial<DeviceOptions> = {}): Promise<Scene> {
    const made = await joined(options);
    made.socket.say(model1, taskFor(1));
    train(made);
    made.socket.say({ type: 'receipt', round: 1, outcome: 'counted' }, model2, {
      type: 'finished',
      model: model2.hash,
    });
    await made.device.finished();
    return made;
  }

  it('says clearly when there is no model yet', async () => {
    const { device } = scene();
    await expect(device.recommend(3)).rejects.toThrow(NotReadyError);
    await expect(device.recommend(0)).rejects.toThrow(SettingsError);
  });

  it('gives the best items that were not bought, personal state fitted to the model', async () => {
    const { device } = await finishedScene();
    const personal = new Float32Array(3);
    expectedAnswer(1, initial.model, personal);
    const best = await device.recommend(10);
    expect(best.map(({ item }) => item.id)).toEqual(ranking(nextModel(), personal, ['tea', 'rice']));
    expect(best.map(({ score }) => score)).toEqual(best.map(({ score }) => score).toSorted((a, b) => b - a));
    expect((await device.recommend(2)).map(({ item }) => item)).toEqual(best.slice(0, 2).map(({ item }) => item));
    const all = await device.recommend(10, { excludeBought: false });
    expect(all.map(({ item }) => item.id)).toEqual(ranking(nextModel(), personal, []));
  });

  it('leaves out what was bought since', async () => {
    const { device } = await finishedScene();
    const [first] = await device.recommend(1);
    await device.record({ item: first!.item.id, at: 99 });
    const ids = (await device.recommend(5)).map(({ item }) => item.id);
    expect(ids).toHaveLength(2);
    expect(ids).not.toContain(first!.item.id);
  });

  it('works offline after a restart, as before it', async () => {
    const made = await finishedScene();
    const before = await made.device.recommend(5);
    const restarted = scene({}, made.store);
    expect(await restarted.device.recommend(5)).toEqual(before);
    expect(restarted.coordinator.sockets).toEqual([]);
  });

  it('gives the same each time, with the random numbers of a real device too', async () => {
    const made = await finishedScene({ randomFor: undefined });
    const first = await made.device.recommend(5);
    expect(await made.device.recommend(5)).toEqual(first);
    expect(await scene({ randomFor: undefined }, made.store).device.recommend(5)).toEqual(first);
  });

  it('after a restart names what it holds, and trains on with its personal state', async () => {
    const made = await finishedScene();
    const restarted = await joined({}, made.store);
    expect(restarted.socket.received[0]).toMatchObject({ holds: [catalogueBlob.hash, model2.hash] });
    restarted.socket.say(taskFor(2, model2));
    train(restarted);
    const personal = new Float32Array(3);
    expectedAnswer(1, initial.model, personal);
    expect(restarted.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(2, nextModel(), personal) });
  });

  it('goes on without what another version learnt, and says so', async () => {
    const made = await finishedScene();
    const progress = (await made.store.load()).progress as Progress;
    await made.store.saveProgress({ ...progress, learner: { name: 'oracle', options: {} } });
    const restarted = await joined({}, made.store);
    expect((await told(restarted)).find(event => event.type === 'error')?.error).toBeInstanceOf(SettingsError);
    expect(restarted.socket.received[0]).toMatchObject({ holds: [] });
    await expect(restarted.device.recommend(1)).rejects.toThrow(NotReadyError);
  });
});

describe('recording', () => {
  it.each<[string, object]>([
    ['no item', { at: 1 }],
    ['an empty item', { item: '', at: 1 }],
    ['no time', { item: 'tea', at: Number.NaN }],
    ['a quantity of zero', { item: 'tea', at: 1, quantity: 0 }],
    ['an unknown member', { item: 'tea', at: 1, price: 3 }],
  ])('refuses a purchase with %s, and adds none', async (_, interaction) => {
    const { device, store } = scene({}, new MemoryStore());
    await expect(device.record({ item: 'tea', at: 1 }, interaction as Interaction)).rejects.toThrow(SettingsError);
    expect((await store.load()).interactions).toEqual([]);
  });

  it('adds nothing that could not be stored', async () => {
    const made = await joined();
    made.store.append = async () => {
      throw new StoreError('The disk is full.');
    };
    await expect(made.device.record({ item: 'soap', at: 1 })).rejects.toThrow(StoreError);
    made.socket.say(model1, taskFor(1));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(1, initial.model) });
  });
});
