import { Catalogue } from '../shared/catalogue.ts';
import { type ContentHash, contentHash } from '../shared/hash.ts';
import type { Model } from '../shared/model.ts';
import type { BlobKind } from '../shared/protocol/messages.ts';
import { decodeSafetensors } from '../shared/safetensors.ts';
import { BlobError } from './errors.ts';
import type { StoredBlob } from './store.ts';

/** A blob whose bytes were checked against its name, decoded once. */
export interface HeldBlob<Content> extends StoredBlob {
  readonly content: Content;
}

/** How many entries make it worth looking for those that nobody holds any more. */
const SWEEP_SIZE = 16;

/**
 * Blobs by name, shared by the devices of a process: a thousand devices hold one copy of a model and hash it once. The
 * cache itself keeps nothing alive; a blob lives as long as a device holds it.
 */
export class BlobCache {
  readonly #blobs = new Map<string, WeakRef<HeldBlob<unknown>>>();

  /** @throws BlobError if the bytes do not have that hash, or are not a catalogue. */
  catalogue(hash: ContentHash, bytes: Uint8Array): HeldBlob<Catalogue> {
    return this.#hold('catalogue', hash, bytes, data => Catalogue.decode(data));
  }

  /** @throws BlobError if the bytes do not have that hash, or are not a model. */
  model(hash: ContentHash, bytes: Uint8Array): HeldBlob<Model> {
    return this.#hold('model', hash, bytes, decodeSafetensors);
  }

  #hold<Content>(
    kind: BlobKind,
    hash: ContentHash,
    bytes: Uint8Array,
    decode: (bytes: Uint8Array) => Content,
  ): HeldBlob<Content> {
    const key = `${kind} ${hash}`;
    const known = this.#blobs.get(key)?.deref();
    // Content of that name was checked before: it stands in for these bytes, whatever they are.
    if (known !== undefined) return known as HeldBlob<Content>;
    if (contentHash(bytes) !== hash) {
      throw new BlobError(`The ${kind} ${hash} has other bytes than its name says. Have it sent again.`);
    }
    const blob = { hash, bytes, content: decodeBlob(kind, hash, bytes, decode) };
    if (this.#blobs.size >= SWEEP_SIZE) this.#sweep();
    this.#blobs.set(key, new WeakRef(blob));
    return blob;
  }

  #sweep(): void {
    for (const [key, reference] of this.#blobs) {
      if (reference.deref() === undefined) this.#blobs.delete(key);
    }
  }
}

function decodeBlob<Content>(
  kind: BlobKind,
  hash: ContentHash,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Content,
): Content {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new BlobError(`The ${kind} ${hash} cannot be decoded. Update the device or the coordinator.`, { cause });
  }
}
