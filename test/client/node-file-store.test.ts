import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../client/errors.ts';
import { FileStore } from '../../client/node-file-store.ts';
import { blobOf, describeStore, progressOf } from './store-contract.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larder-store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describeStore('FileStore', async () => ({
  store: (await FileStore.open(folder)).device('d'),
  reopen: async () => (await FileStore.open(folder)).device('d'),
}));

describe('FileStore', () => {
  const inDevice = (file: string): string => join(folder, 'devices', 'd', file);

  it('keeps devices apart, whatever their names', async () => {
    const names = ['a', 'A', '.', '..', '../a', 'a/b', 'a%2fb', 'ä', 'a b', '%41'];
    const store = await FileStore.open(folder);
    for (const name of names) await store.device(name).saveId(name);
    const reopened = await FileStore.open(folder);
    for (const name of names) expect((await reopened.device(name).load()).id).toBe(name);
    const folders = await readdir(join(folder, 'devices'));
    expect(new Set(folders.map(name => name.toLowerCase())).size).toBe(names.length);
    expect(await readdir(folder)).toEqual(['devices']);
  });

  it('keeps a blob once for all devices, and deletes it when the last of them has a newer one', async () => {
    const [first, second] = [blobOf('model 1').hash, blobOf('model 2').hash];
    const catalogue = progressOf('model 1').catalogue.hash;
    const blobs = async (): Promise<string[]> => (await readdir(join(folder, 'blobs'))).toSorted();
    let store = await FileStore.open(folder);
    await Promise.all(['d', 'e', 'f'].map(name => store.device(name).saveProgress(progressOf('model 1'))));
    expect(await blobs()).toEqual([catalogue, first].toSorted());

    await store.device('d').saveProgress(progressOf('model 2'));
    expect(await blobs()).toEqual([catalogue, first, second].toSorted());

    // Counted anew from what is on disk.
    store = await FileStore.open(folder);
    await Promise.all(['e', 'f'].map(name => store.device(name).saveProgress(progressOf('model 2'))));
    expect(await blobs()).toEqual([catalogue, second].toSorted());
    expect((await store.device('d').load()).progress?.model.hash).toBe(second);
  });

  it('keeps a blob that one device drops while another takes it up', async () => {
    const store = await FileStore.open(folder);
    const [d, e] = [store.device('d'), store.device('e')];
    await d.saveProgress(progressOf('model 1'));
    await Promise.all([d.saveProgress(progressOf('model 2')), e.saveProgress(progressOf('model 1'))]);
    expect((await e.load()).progress?.model.hash).toBe(blobOf('model 1').hash);
  });

  it('leaves no file behind that is only partly written, and does not mind one', async () => {
    const store = (await FileStore.open(folder)).device('d');
    await store.saveProgress(progressOf('model 1'));
    expect((await readdir(join(folder, 'devices', 'd'))).toSorted()).toEqual(['progress.json']);
    // As a crash leaves it.
    await writeFile(inDevice('progress.json.new'), '{"hash":"12');
    expect((await store.load()).progress?.run).toBe('run of model 1');
    await store.saveProgress(progressOf('model 2'));
    expect((await store.load()).progress?.run).toBe('run of model 2');
  });

  /** The error names the file and says what to do, and nothing was touched. */
  async function expectDamage(path: string, advice: RegExp): Promise<void> {
    const before = await readFile(path);
    const error: unknown = await FileStore.open(folder)
      .then(store => store.device('d').load())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).message).toContain(path);
    expect((error as StoreError).message).toMatch(advice);
    expect(await readFile(path)).toEqual(before);
  }

  it('reports a history that is cut off anywhere but between purchases', async () => {
    const store = (await FileStore.open(folder)).device('d');
    await store.append([
      { item: 'tea', at: 1 },
      { item: 'salt', at: 2 },
    ]);
    const path = inDevice('history.jsonl');
    const { size } = await stat(path);
    for (let cut = 1; cut < size / 2; cut++) {
      await truncate(path, size - cut);
      await expectDamage(path, /^Line 2 of .* is cut off\. Restore the file .* or delete that line/);
    }
    await truncate(path, size / 2 - 0.5);
    expect((await store.load()).interactions).toEqual([{ item: 'tea', at: 1 }]);
  });

  it.each([
    '',
    '{}',
    '{"item":"tea"}',
    '{"item":"tea","at":null}',
    '{"item":"tea","at":1,"who":"me"}',
    '[1]',
    '\ufffd',
  ])('reports a line of a history that is no purchase: %s', async line => {
    await (await FileStore.open(folder)).device('d').append([{ item: 'tea', at: 1 }]);
    await appendFile(inDevice('history.jsonl'), `${line}\n`);
    await expectDamage(inDevice('history.jsonl'), /^Line 2 of .* is not a purchase/);
  });

  it('reports progress with a byte changed, or cut off, anywhere', async () => {
    const store = (await FileStore.open(folder)).device('d');
    await store.saveProgress(progressOf('model'));
    const path = inDevice('progress.json');
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 7) {
      await writeFile(path, whole.with(at, whole[at]! ^ 1));
      await expectDamage(path, /is damaged\. Restore it .* or delete it: the history stays/);
      await writeFile(path, whole.subarray(0, at));
      await expectDamage(path, /is damaged/);
    }
    await writeFile(path, whole);
    expect((await store.load()).progress?.run).toBe('run of model');
  });

  it('reports a blob that is damaged or gone', async () => {
    const store = (await FileStore.open(folder)).device('d');
    await store.saveProgress(progressOf('model'));
    const path = join(folder, 'blobs', blobOf('model').hash);
    await appendFile(path, '!');
    await expectDamage(path, /is damaged\. Restore it .* or delete the progress\.json/);
    await rm(path);
    await expect(store.load()).rejects.toThrow(/is missing\. Restore it/);
  });

  it('reports what it cannot read or write, with the path', async () => {
    const store = (await FileStore.open(folder)).device('d');
    // A file where a folder has to be.
    await writeFile(join(folder, 'devices'), '');
    await expect(store.saveId('x')).rejects.toThrow(`Cannot write ${inDevice('id')}.`);
    await expect(store.append([{ item: 'tea', at: 1 }])).rejects.toThrow(`Cannot write ${inDevice('history.jsonl')}.`);
    await expect(store.load()).rejects.toThrow(`Cannot read ${inDevice('id')}.`);
    await expect(FileStore.open(folder)).rejects.toThrow(StoreError);
  });
});
