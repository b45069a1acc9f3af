import { bufferOf, decodeText } from './text.ts';

const ENCODER = new TextEncoder();
/** Loaders refuse longer ids (row-problems.ts); read as Windows-1252, a byte may become three of UTF-8. */
const LONGEST_ID_BYTES = 3 * 256;

/** Numbers ids from 0 in the order in which they first appear, straight from a file's bytes: no string for each row. */
export class IdTable {
  #size = 0;
  #bytes = new Uint8Array(1 << 12);
  /** Id i is the bytes from ends[i] to ends[i + 1]. */
  #ends = new Int32Array(1 << 8);
  #hashes = new Int32Array(1 << 8);
  /** Open addressing with linear probing: an id's number + 1, or 0 where free; at most half full. */
  #slots = new Int32Array(1 << 9);
  readonly #scratch = new Uint8Array(LONGEST_ID_BYTES);

  get size(): number {
    return this.#size;
  }

  /** The number of the id at bytes[from, to). */
  ofBytes(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOf(bytes, from, to);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const index = this.#slots[slot]! - 1;
      if (index < 0) return this.#append(bytes, from, to, hash, slot);
      if (this.#hashes[index] === hash && this.#equals(index, bytes, from, to)) return index;
      slot = (slot + 1) & mask;
    }
  }

  /** The number of an id of at most 256 characters; what is beyond three bytes for each is cut. */
  ofText(text: string): number {
    return this.ofBytes(this.#scratch, 0, ENCODER.encodeInto(text, this.#scratch).written);
  }

  text(index: number): string {
    return decodeText(bufferOf(this.#bytes), this.#ends[index]!, this.#ends[index + 1]!);
  }

  texts(): string[] {
    return Array.from({ length: this.#size }, (_, index) => this.text(index));
  }

  #equals(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#ends[index]!;
    if (this.#ends[index + 1]! - start !== to - from) return false;
    for (let at = from; at < to; at++) if (this.#bytes[start + at - from] !== bytes[at]) return false;
    return true;
  }

  #append(bytes: Uint8Array, from: number, to: number, hash: number, slot: number): number {
    const index = this.#size++;
    const start = this.#ends[index]!;
    const end = start + to - from;
    while (end > this.#bytes.length) this.#bytes = doubled(this.#bytes, Uint8Array);
    this.#bytes.set(bytes.subarray(from, to), start);
    if (index + 1 === this.#ends.length) {
      this.#ends = doubled(this.#ends, Int32Array);
      this.#hashes = doubled(this.#hashes, Int32Array);
    }
    this.#ends[index + 1] = end;
    this.#hashes[index] = hash;
    this.#slots[slot] = index + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      const hash = this.#hashes[index]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}

/** 32-bit FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

function doubled<A extends Uint8Array | Int32Array>(array: A, type: new (length: number) => A): A {
  const larger = new type(array.length * 2);
  larger.set(array);
  return larger;
}
