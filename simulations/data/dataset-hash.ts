import { createHash } from 'node:crypto';
import type { ContentHash } from '../../shared/hash.ts';
import type { Dataset } from './dataset.ts';

/**
 * SHA-256 over the catalogue, the users' ids (JSON) and the columns of the population (little-endian), each preceded by
 * its length in bytes. The file that they came from, its packing and its malformed rows do not matter.
 */
export function hashDataset({
  catalogue,
  users,
  population,
}: Pick<Dataset, 'catalogue' | 'users' | 'population'>): ContentHash {
  const hash = createHash('sha256');
  const { items, times, baskets, quantities } = population.purchases;
  const names = new TextEncoder().encode(JSON.stringify(users));
  for (const part of [catalogue.encode(), names, population.offsets, items, times, baskets, quantities]) {
    hash.update(new Uint8Array(BigUint64Array.of(BigInt(part.byteLength)).buffer));
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}
