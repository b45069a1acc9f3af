import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContentHash, contentHash } from '../shared/hash.ts';
import type { Interaction } from '../shared/history.ts';
import { StoreError } from './errors.ts';
import { appendDurably, readIfThere, writeWhole } from './node-files.ts';
import { decodeHistory, decodeRecord, encodeHistory, encodeRecord, type ProgressRecord } from './node-records.ts';
import { Serial } from './serial.ts';
import type { DeviceStore, Progress, StoredBlob, StoredDevice } from './store.ts';

/**
 * A folder for the devices of one process at a time:
 *
 *     devices/NAME/id              the device's id
 *     devices/NAME/history.jsonl   one purchase a line, appended
 *     devices/NAME/progress.json   what was learnt; names its blobs
 *     blobs/HASH                   a catalogue or model, once, whichever devices name it; deleted when none does
 */
export class FileStore {
  readonly #devices: string;
  readonly #blobs: SharedBlobs;

  private constructor(folder: string) {
    this.#devices = join(folder, 'devices');
    this.#blobs = new SharedBlobs(join(folder, 'blobs'));
  }

  /** @throws StoreError if what a device in that folder has learnt is damaged. */
  static async open(folder: string): Promise<FileStore> {
    const store = new FileStore(folder);
    for (const name of await namesIn(store.#devices)) {
      const record = await readRecord(join(store.#devices, name));
      if (record !== undefined) store.#blobs.found(record);
    }
    return store;
  }

  /** Where the device of that name keeps its data. */
  device(name: string): DeviceStore {
    return new FileDeviceStore(join(this.#devices, folderName(name)), this.#blobs);
  }
}

class FileDeviceStore implements DeviceStore {
  readonly #folder: string;
  readonly #blobs: SharedBlobs;
  readonly #serial = new Serial();

  constructor(folder: string, blobs: SharedBlobs) {
    this.#folder = folder;
    this.#blobs = blobs;
  }

  load(): Promise<StoredDevice> {
    return this.#serial.run(async () => {
      const id = await readIfThere(join(this.#folder, 'id'));
      const history = join(this.#folder, 'history.jsonl');
      const record = await readRecord(this.#folder);
      return {
        id: id && new TextDecoder().decode(id),
        interactions: decodeHistory((await readIfThere(history)) ?? new Uint8Array(), history),
        progress: record && {
          ...record,
          catalogue: await this.#blobs.read(record.catalogue),
          model: await this.#blobs.read(record.model),
        },
      };
    });
  }

  saveId(id: string): Promise<void> {
    return this.#serial.run(() => writeWhole(join(this.#folder, 'id'), new TextEncoder().encode(id)));
  }

  append(interactions: readonly Interaction[]): Promise<void> {
    return this.#serial.run(() => appendDurably(join(this.#folder, 'history.jsonl'), encodeHistory(interactions)));
  }

  saveProgress(progress: Progress): Promise<void> {
    return this.#serial.run(async () => {
      const before = await readRecord(this.#folder);
      const record = { ...progress, catalogue: progress.catalogue.hash, model: progress.model.hash };
      await this.#blobs.add(progress.catalogue, progress.model);
      await writeWhole(recordPath(this.#folder), encodeRecord(record));
      if (before !== undefined) await this.#blobs.drop(before);
    });
  }
}

/** Blobs on disk, counted by the records that name them. */
class SharedBlobs {
  readonly #folder: string;
  readonly #counts = new Map<ContentHash, number>();
  /** Counts and files change together. */
  readonly #serial = new Serial();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A record on disk names these. */
  found({ catalogue, model }: ProgressRecord): void {
    for (const hash of [catalogue, model]) this.#counts.set(hash, (this.#counts.get(hash) ?? 0) + 1);
  }

  /** Before a record that names them is written. */
  async add(...blobs: readonly StoredBlob[]): Promise<void> {
    for (const { hash, bytes } of blobs) {
      await this.#serial.run(async () => {
        const count = this.#counts.get(hash) ?? 0;
        if (count === 0) await writeWhole(join(this.#folder, hash), bytes);
        this.#counts.set(hash, count + 1);
      });
    }
  }

  /** After the record that named them was replaced. */
  async drop({ catalogue, model }: ProgressRecord): Promise<void> {
    for (const hash of [catalogue, model]) {
      await this.#serial.run(async () => {
        const count = this.#counts.get(hash) ?? 0;
        if (count > 1) {
          this.#counts.set(hash, count - 1);
        } else {
          this.#counts.delete(hash);
          await rm(join(this.#folder, hash), { force: true });
        }
      });
    }
  }

  /** @throws StoreError if the blob is gone or damaged. */
  async read(hash: ContentHash): Promise<StoredBlob> {
    const path = join(this.#folder, hash);
    const bytes = await readIfThere(path);
    if (bytes === undefined || contentHash(bytes) !== hash) {
      const problem = bytes === undefined ? 'is missing' : 'is damaged';
      throw new StoreError(
        `${path} ${problem}. Restore it from a copy, or delete the progress.json that names it: the history stays, and training starts anew.`,
      );
    }
    return { hash, bytes };
  }
}

function recordPath(folder: string): string {
  return join(folder, 'progress.json');
}

async function readRecord(folder: string): Promise<ProgressRecord | undefined> {
  const path = recordPath(folder);
  const bytes = await readIfThere(path);
  return bytes && decodeRecord(bytes, path);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new StoreError(`Cannot read ${folder}. Check that it is a folder that this user may read.`, { cause });
  }
}

/** A folder name that no other device has, on file systems that ignore case too: all but `a-z0-9_-` is percent-encoded. */
function folderName(device: string): string {
  return device.replace(/[^a-z0-9_-]/gu, character =>
    Array.from(new TextEncoder().encode(character), byte => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
