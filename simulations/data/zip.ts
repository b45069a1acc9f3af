import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { openFile } from './bytes.ts';
import { DataError } from './data-error.ts';

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const CHUNK_BYTES = 1 << 18;

interface ZipEntry {
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where the entry's local header is. */
  readonly offset: number;
}

/**
 * A zip file read by its central directory, so that one entry can be streamed after another in any order (PKWARE's
 * APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16; without encryption and without the 64-bit extensions, which spreadsheets
 * do not use).
 */
export class ZipFile {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, ZipEntry>;

  private constructor(path: string, file: FileHandle, entries: ReadonlyMap<string, ZipEntry>) {
    this.#path = path;
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws DataError if the file's directory cannot be read. */
  static async open(path: string): Promise<ZipFile> {
    const file = await openFile(path);
    try {
      return new ZipFile(path, file, await readDirectory(path, file));
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** An entry's bytes, unpacked. */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name);
    if (entry === undefined || (entry.method !== STORED && entry.method !== DEFLATED)) throw damaged(this.#path);
    const header = await bytesAt(this.#file, entry.offset, LOCAL_BYTES);
    if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw damaged(this.#path);
    const start = entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (entry.packedBytes === 0) return;
    const range = { start, end: start + entry.packedBytes - 1, highWaterMark: CHUNK_BYTES, autoClose: false };
    const packed = this.#file.createReadStream(range);
    const stream =
      entry.method === STORED ? packed : pipeline(packed, createInflateRaw({ chunkSize: CHUNK_BYTES }), () => {});
    let bytes = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        yield chunk;
      }
    } catch (cause) {
      throw cause instanceof DataError ? cause : damaged(this.#path, cause);
    }
    if (bytes !== entry.bytes) throw damaged(this.#path);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function readDirectory(path: string, file: FileHandle): Promise<Map<string, ZipEntry>> {
  const { size } = await file.stat();
  const tailStart = Math.max(0, size - END_BYTES - LONGEST_COMMENT);
  const tail = await bytesAt(file, tailStart, size - tailStart);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw damaged(path);
  const count = tail.readUInt16LE(end + 10);
  const directoryBytes = tail.readUInt32LE(end + 12);
  const directoryStart = tail.readUInt32LE(end + 16);
  if (directoryStart + directoryBytes > size) throw damaged(path);
  const directory = await bytesAt(file, directoryStart, directoryBytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw damaged(path);
    const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28);
    entries.set(directory.toString('utf8', at + ENTRY_BYTES, nameEnd), {
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Fewer bytes where the file is too short. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function damaged(path: string, cause?: unknown): DataError {
  return new DataError(`${path} is damaged: it does not unpack as a zip file. Get the file again.`, { cause });
}
