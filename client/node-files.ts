import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreError } from './errors.ts';

/** The file's bytes, or undefined if there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new StoreError(`Cannot read ${path}. Check that it is a file that this user may read.`, { cause });
  }
}

/** Replaces the file as a whole: after a crash there is the old one or the new one, never a part. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Adds to the end of the file, and waits for the disk. If that fails, the file is as long as before. */
export async function appendDurably(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a');
    try {
      const { size } = await file.stat();
      try {
        await file.writeFile(bytes);
        await file.sync();
      } catch (error) {
        await file.truncate(size);
        throw error;
      }
      if (size === 0) await syncFolder(dirname(path));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** A new name in a folder is durable once the folder is. */
async function syncFolder(path: string): Promise<void> {
  // Windows has no such call, and does not need it.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function cannotWrite(path: string, cause: unknown): StoreError {
  return new StoreError(`Cannot write ${path}. Check the free space and the rights of its folder.`, { cause });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
