import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A content's name: the SHA-256 of its bytes, 64 hexadecimal digits. */
export type ContentHash = string;

export function contentHash(bytes: Uint8Array): ContentHash {
  return bytesToHex(sha256(bytes));
}

export function isContentHash(value: unknown): value is ContentHash {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
