import type { Contribution } from '../../aggregation/contribution.ts';

/** The L2 norm of every contribution of a history that says anything. */
export const CLIP_NORM = 1;

/** Which items, as a vector of norm 1. */
export function itemsOf(items: Int32Array, length: number): Contribution {
  const values = new Float32Array(items.length).fill(1 / Math.sqrt(items.length));
  return { length, parts: [{ offset: 0, width: 1, rows: items, values }] };
}

/**
 * What pairs of a history of `count` items count by distance, scaled such that all of them, the diagonal left out, are a
 * vector of norm 1. One item has no pair.
 */
export function normalised(closeness: Float64Array, count: number): Float32Array {
  let energy = 0;
  for (let distance = 1; distance < count; distance++) energy += (count - distance) * closeness[distance]! ** 2;
  const scale = CLIP_NORM / Math.sqrt(energy);
  return Float32Array.from({ length: count }, (_, distance) => scale * closeness[distance]!);
}
