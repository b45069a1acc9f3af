import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from './data-error.ts';

const CHUNK_BYTES = 1 << 18;

/**
 * A file's bytes in chunks, unpacked if it begins as a gzip file does, whatever its name.
 * @throws DataError if there is no such file, or it cannot be read or unpacked.
 */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    const packed = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false });
    const bytes = (await isGzip(file)) ? pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : packed;
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await file.close();
  }
}

/** @throws DataError saying why the file cannot be opened. */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path);
    if (!(await file.stat()).isDirectory()) return file;
    await file.close();
  } catch (cause) {
    throw readError(path, cause);
  }
  throw readError(path, Object.assign(new Error('EISDIR'), { code: 'EISDIR' }));
}

function readError(path: string, cause: unknown): DataError {
  if (cause instanceof DataError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new DataError(`${explain(path, code)} (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
}

function explain(path: string, code: string): string {
  if (code === 'ENOENT') return `There is no file ${path}. Check the path.`;
  if (code === 'EISDIR') return `${path} is a folder. Name the file in it.`;
  if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read. Change its permissions.`;
  if (code.startsWith('Z_')) return `${path} is damaged: it does not unpack to its end. Get the file again.`;
  return `${path} cannot be read.`;
}

async function isGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}
