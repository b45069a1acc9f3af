import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { type ContentHash, contentHash, isContentHash } from '../shared/hash.ts';
import type { Interaction } from '../shared/history.ts';
import { Model } from '../shared/model.ts';
import { decodeSafetensors, encodeSafetensors } from '../shared/safetensors.ts';
import { StoreError } from './errors.ts';
import { interactionSchema } from './interaction.ts';
import type { Progress } from './store.ts';

/** Progress as its file holds it: blobs by name. */
export type ProgressRecord = Omit<Progress, 'catalogue' | 'model'> & {
  readonly catalogue: ContentHash;
  readonly model: ContentHash;
};

const hash = z.string().refine(isContentHash, 'not a content hash');
const recordSchema = z.strictObject({
  run: z.string(),
  learner: z.strictObject({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
  catalogue: hash,
  model: hash,
  /** Base64 of a safetensors file with one tensor, `personal`. */
  personal: z.base64(),
  lastRelease: z.int().nonnegative().exactOptional(),
});

const encoder = new TextEncoder();

/** One purchase a line. */
export function encodeHistory(interactions: readonly Interaction[]): Uint8Array {
  return encoder.encode(interactions.map(interaction => `${JSON.stringify(interaction)}\n`).join(''));
}

/** @throws StoreError at the first line that is not a whole purchase. */
export function decodeHistory(bytes: Uint8Array, path: string): Interaction[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  // Each line was written with its end, so behind the last one there is nothing.
  const rest = lines.pop();
  if (rest !== '') {
    throw new StoreError(
      `Line ${lines.length + 1} of ${path} is cut off. Restore the file from a copy, or delete that line to go on without it.`,
    );
  }
  return lines.map((line, index) => {
    const parsed = interactionSchema.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
    throw new StoreError(
      `Line ${index + 1} of ${path} is not a purchase. Restore the file from a copy, or delete that line to go on without it.`,
    );
  });
}

/** JSON that carries the hash of what it says. */
export function encodeRecord({ personal, ...rest }: ProgressRecord): Uint8Array {
  const tensors = encodeSafetensors(new Model([{ name: 'personal', shape: [personal.length] }], personal));
  const record = { ...rest, personal: Buffer.from(tensors).toString('base64') };
  return encoder.encode(JSON.stringify({ hash: recordHash(record), record }));
}

/** @throws StoreError if the bytes are not those of a record, or other than they were. */
export function decodeRecord(bytes: Uint8Array, path: string): ProgressRecord {
  try {
    const { hash, record } = JSON.parse(new TextDecoder().decode(bytes)) as { hash: unknown; record: unknown };
    if (hash !== recordHash(record)) throw new Error('the hash is another');
    const { personal, ...rest } = recordSchema.parse(record);
    return { ...rest, personal: decodeSafetensors(Buffer.from(personal, 'base64')).tensor('personal') };
  } catch (cause) {
    throw new StoreError(
      `${path} is damaged. Restore it from a copy, or delete it: the history stays, and training starts anew.`,
      { cause },
    );
  }
}

function recordHash(record: unknown): ContentHash {
  return contentHash(encoder.encode(JSON.stringify(record)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
