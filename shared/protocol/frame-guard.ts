import type { MessageLimits } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

const NIL = 0xc0;
const FALSE = 0xc2;
const TRUE = 0xc3;

/**
 * Checks that a frame is exactly one MessagePack value (github.com/msgpack/msgpack, spec.md) within the limits, before
 * anything is allocated for it: strings, binaries and counts lie within the frame, map keys are strings, and there are
 * no extension types. What passes is safe to hand to a general decoder.
 *
 * @throws ProtocolError
 */
export function checkFrame(frame: Uint8Array, limits: MessageLimits): void {
  if (frame.length > limits.maxFrameBytes) {
    throw new ProtocolError('too_large', `The frame has ${frame.length} bytes; ${limits.maxFrameBytes} are allowed.`);
  }
  const walk = new Walk(frame, limits);
  walk.value(0);
  if (walk.offset !== frame.length) throw malformed('Bytes follow the message.');
}

/** A walk over the frame by the first byte of each value. Recursion goes at most `maxDepth` deep. */
class Walk {
  offset = 0;
  #elements = 0;
  readonly #frame: Uint8Array;
  readonly #limits: MessageLimits;

  constructor(frame: Uint8Array, limits: MessageLimits) {
    this.#frame = frame;
    this.#limits = limits;
  }

  value(depth: number): void {
    const tag = this.#uint(1);
    if (tag < 0x80 || tag >= 0xe0 || tag === NIL || tag === FALSE || tag === TRUE) return;
    if (tag < 0x90) this.#map(tag & 0x0f, depth);
    else if (tag < 0xa0) this.#array(tag & 0x0f, depth);
    else if (isText(tag)) this.#text(tag);
    else if (tag >= 0xc4 && tag <= 0xc6)
      this.#skip(this.#uint(1 << (tag - 0xc4))); // bin 8, 16, 32
    else if (tag === 0xca || tag === 0xcb)
      this.#skip(4 << (tag - 0xca)); // float 32, 64
    else if (tag >= 0xcc && tag <= 0xd3)
      this.#skip(1 << (tag & 3)); // uint 8 to 64, int 8 to 64
    else if (tag === 0xdc || tag === 0xdd) this.#array(this.#uint(2 << (tag - 0xdc)), depth);
    else if (tag === 0xde || tag === 0xdf) this.#map(this.#uint(2 << (tag - 0xde)), depth);
    else throw malformed(`The frame holds the tag 0x${tag.toString(16)}, which no message has.`);
  }

  #array(count: number, depth: number): void {
    this.#enter(count, depth);
    for (let k = 0; k < count; k++) this.value(depth + 1);
  }

  #map(count: number, depth: number): void {
    this.#enter(2 * count, depth);
    for (let k = 0; k < count; k++) {
      const tag = this.#uint(1);
      if (!isText(tag)) throw malformed('A map key is not a string.');
      this.#text(tag);
      this.value(depth + 1);
    }
  }

  /** Each element takes a byte at least, so a count that the frame cannot hold is caught before it is believed. */
  #enter(count: number, depth: number): void {
    if (depth >= this.#limits.maxDepth) throw malformed(`The frame nests more than ${this.#limits.maxDepth} deep.`);
    if (count > this.#frame.length - this.offset) throw malformed('The frame ends before its elements do.');
    this.#elements += count;
    if (this.#elements > this.#limits.maxElements) {
      throw malformed(`The frame holds more than ${this.#limits.maxElements} values.`);
    }
  }

  #text(tag: number): void {
    const bytes = tag < 0xc0 ? tag & 0x1f : this.#uint(1 << (tag - 0xd9));
    if (bytes > this.#limits.maxTextBytes) throw malformed(`A string has over ${this.#limits.maxTextBytes} bytes.`);
    this.#skip(bytes);
  }

  /** A big-endian unsigned integer of 1, 2 or 4 bytes. */
  #uint(bytes: number): number {
    const start = this.offset;
    this.#skip(bytes);
    let value = 0;
    for (let k = 0; k < bytes; k++) value = value * 256 + this.#frame[start + k]!;
    return value;
  }

  #skip(bytes: number): void {
    if (bytes > this.#frame.length - this.offset) throw malformed('The frame ends in the middle of a value.');
    this.offset += bytes;
  }
}

/** str of up to 31 bytes, or str 8, 16, 32. */
function isText(tag: number): boolean {
  return (tag >= 0xa0 && tag < 0xc0) || (tag >= 0xd9 && tag <= 0xdb);
}

function malformed(detail: string): ProtocolError {
  return new ProtocolError('malformed', detail);
}
