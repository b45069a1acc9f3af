import { Packr, Unpackr } from 'msgpackr';
import type { ZodType } from 'zod';
import * as z from 'zod';
import { isContentHash } from '../hash.ts';
import { checkFrame } from './frame-guard.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
import {
  BLOB_KINDS,
  type Blob,
  type ContributionMessage,
  type CoordinatorMessage,
  type DeviceMessage,
  PROTOCOL_VERSION,
} from './messages.ts';
import { EncodingError, ProtocolError } from './protocol-error.ts';
import { coordinatorControlSchema, deviceControlSchema } from './schemas.ts';
import { checkVectorHeader } from './tensor.ts';

/** Plain MessagePack in its shortest forms: no records, no structures, no extension types. */
const packer = new Packr({ useRecords: false, variableMapSize: true });
const unpacker = new Unpackr({ useRecords: false, int64AsType: 'number' });

type Fields = Readonly<Record<string, unknown>>;

/** @throws EncodingError if the message holds something that plain MessagePack cannot carry. */
export function encodeDeviceMessage(message: DeviceMessage): Uint8Array<ArrayBuffer> {
  return encode(message);
}

/** @throws EncodingError if the message holds something that plain MessagePack cannot carry. */
export function encodeCoordinatorMessage(message: CoordinatorMessage): Uint8Array {
  return encode(message);
}

/**
 * The message in a frame. Binaries are views into the frame.
 *
 * @throws ProtocolError, and nothing else, whatever the bytes.
 */
export function decodeDeviceMessage(frame: Uint8Array, limits: MessageLimits = DEFAULT_MESSAGE_LIMITS): DeviceMessage {
  const fields = decode(frame, limits);
  if (fields.type === 'contribution') return contributionOf(fields);
  if (fields.type === 'hello') checkVersion(fields);
  const message = parse(deviceControlSchema, fields);
  if (message.type === 'hello') {
    atMost(limits.maxDeviceIdLength, message.device.length, 'characters in the device id');
    atMost(limits.maxHolds, message.holds.length, 'blobs held');
  }
  return message;
}

/**
 * The message in a frame. Binaries are views into the frame. That a blob's data has its hash is for the receiver to check.
 *
 * @throws ProtocolError, and nothing else, whatever the bytes.
 */
export function decodeCoordinatorMessage(
  frame: Uint8Array,
  limits: MessageLimits = DEFAULT_MESSAGE_LIMITS,
): CoordinatorMessage {
  const fields = decode(frame, limits);
  if (fields.type === 'blob') return blobOf(fields);
  if (fields.type === 'welcome') checkVersion(fields);
  return parse(coordinatorControlSchema, fields);
}

function encode(message: DeviceMessage | CoordinatorMessage): Uint8Array<ArrayBuffer> {
  // The packer returns a view of its own larger buffer: copied, so that a frame that is kept keeps only itself.
  return new Uint8Array(packer.pack(plain(message)));
}

/**
 * A copy of what plain MessagePack carries faithfully, members that are undefined left out. The packer itself would
 * write uninitialised memory for a typed array other than Uint8Array (msgpackr 2.1.3), and extension types for more.
 */
function plain(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && isPlainObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // The unpacker renames such a key: it could not arrive as it was sent.
    if (Object.hasOwn(value, '__proto__')) throw new EncodingError('A message cannot carry a key named __proto__.');
    return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]));
  }
  const what = typeof value === 'object' ? `a ${value.constructor.name}` : `a ${typeof value}`;
  throw new EncodingError(`A message cannot carry ${what}. Use finite numbers, text, plain objects and Uint8Array.`);
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function decode(frame: Uint8Array, limits: MessageLimits): Fields {
  checkFrame(frame, limits);
  let value: unknown;
  try {
    // Never as a Node Buffer: its views would be Buffers, whose `slice` copies nothing.
    value = unpacker.unpack(new Uint8Array(frame.buffer, frame.byteOffset, frame.length));
  } catch (cause) {
    throw new ProtocolError('malformed', 'The frame is not MessagePack.', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new ProtocolError('malformed', 'The frame holds no message.');
  return value as Fields;
}

function parse<Message>(schema: ZodType<Message>, fields: Fields): Message {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  throw new ProtocolError('malformed', `The message is not as the protocol says: ${z.prettifyError(parsed.error)}.`);
}

/** Before the rest is looked at: another version may have other members. */
function checkVersion({ protocol }: Fields): void {
  if (Number.isSafeInteger(protocol) && protocol !== PROTOCOL_VERSION) {
    throw new ProtocolError('unsupported_version', `The peer speaks version ${String(protocol)}.`);
  }
}

function contributionOf(fields: Fields): ContributionMessage {
  const { round, model, dtype, shape, data } = fields;
  checkMembers(fields, ['type', 'round', 'model', 'dtype', 'shape', 'data']);
  if (!Number.isSafeInteger(round) || (round as number) < 0)
    throw new ProtocolError('malformed', 'The round is not one.');
  if (!isContentHash(model)) throw new ProtocolError('malformed', 'The model is not named by a hash.');
  checkVectorHeader(dtype, shape, data);
  return fields as unknown as ContributionMessage;
}

function blobOf(fields: Fields): Blob {
  const { kind, hash, data } = fields;
  checkMembers(fields, ['type', 'kind', 'hash', 'data']);
  if (!BLOB_KINDS.includes(kind as Blob['kind'])) throw new ProtocolError('malformed', 'The blob is of no known kind.');
  if (!isContentHash(hash)) throw new ProtocolError('malformed', 'The blob is not named by a hash.');
  if (!(data instanceof Uint8Array)) throw new ProtocolError('malformed', 'The blob holds no data.');
  return fields as unknown as Blob;
}

function checkMembers(fields: Fields, names: readonly string[]): void {
  if (Object.keys(fields).length !== names.length || !names.every(name => Object.hasOwn(fields, name))) {
    throw new ProtocolError('malformed', `The message does not have the members ${names.join(', ')}.`);
  }
}

function atMost(limit: number, count: number, what: string): void {
  if (count > limit) throw new ProtocolError('malformed', `There are ${count} ${what}; ${limit} are allowed.`);
}
