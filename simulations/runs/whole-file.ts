import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What begins the names of files and folders that are not whole yet. */
export const PARTIAL = '.partial-';

/** Puts a file in the place of one that may be there: a killed process leaves the one or the other, whole. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const partial = join(dirname(path), `${PARTIAL}${basename(path)}`);
  writeSynced(partial, content);
  renameSync(partial, path);
}

/** Writes a file that is on the disk when this returns. */
export function writeSynced(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
