import { elementCount } from '../model.ts';
import { ProtocolError } from './protocol-error.ts';

/** Tensor data travels little-endian. */
const PLATFORM_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The vector as wire bytes: a copy on big-endian platforms, elsewhere a view. */
export function bytesOfInt32(vector: Int32Array): Uint8Array {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  return PLATFORM_IS_LITTLE_ENDIAN ? bytes : swapBytesOf32(bytes.slice());
}

/** A vector of its own from wire bytes, which may be a view at any byte offset. `bytes.length` is a multiple of 4. */
export function int32OfBytes(bytes: Uint8Array): Int32Array {
  return int32InPlace(new Uint8Array(bytes));
}

/**
 * The vector in wire bytes that nobody else needs any more, without allocating another: the bytes are moved down to the
 * next multiple of 4 in their buffer, over as many as 3 bytes before them. Those belong to the header of the same
 * message, which is longer than that. `bytes.length` is a multiple of 4.
 */
export function int32InPlace(bytes: Uint8Array): Int32Array {
  const start = bytes.byteOffset & ~3;
  const aligned = new Uint8Array(bytes.buffer, start, bytes.length);
  if (start !== bytes.byteOffset) aligned.set(bytes);
  if (!PLATFORM_IS_LITTLE_ENDIAN) swapBytesOf32(aligned);
  return new Int32Array(bytes.buffer, start, bytes.length / 4);
}

/** Reverses the bytes of each 32-bit group, in place. */
export function swapBytesOf32(bytes: Uint8Array): Uint8Array {
  for (let k = 0; k < bytes.length; k += 4) bytes.subarray(k, k + 4).reverse();
  return bytes;
}

/** @throws ProtocolError unless the fields describe a non-empty int32 vector that the data fills exactly. */
export function checkVectorHeader(dtype: unknown, shape: unknown, data: unknown): void {
  if (dtype !== 'int32') throw malformed('The tensor is not int32.');
  if (!Array.isArray(shape) || shape.length !== 1 || !shape.every(size => Number.isSafeInteger(size) && size > 0)) {
    throw malformed('The tensor has no valid shape.');
  }
  if (!(data instanceof Uint8Array) || data.length !== 4 * elementCount(shape as number[])) {
    throw malformed('The tensor data does not have the length that its shape says.');
  }
}

function malformed(detail: string): ProtocolError {
  return new ProtocolError('malformed', detail);
}
