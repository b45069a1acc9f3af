import type { Contribution } from '../../aggregation/contribution.ts';
import { packedIndex, packedLength } from '../../linear-algebra/packed.ts';

/** The L2 norm of every contribution of a history that says anything. */
export const CLIP_NORM = 1;

/** Which items, as a vector of norm 1. */
export function itemsOf(items: Int32Array, length: number): Contribution {
  const values = new Float32Array(items.length).fill(1 / Math.sqrt(items.length));
  return { length, parts: [{ offset: 0, width: 1, rows: items, values }] };
}

/**
 * Which pairs of a history whose items are numbered from 0 to `order` - 1, by distance, as a vector of norm 1: the upper
 * triangle of a symmetric matrix, packed, whose diagonal stays 0. One item has no pair.
 */
export function pairsOf(items: Int32Array, order: number, proximity: number): Contribution {
  const closeness = Float64Array.from(items, (_, distance) => (1 + distance) ** -proximity);
  const pairs = (items.length * (items.length - 1)) / 2;
  const energy = closeness.reduce((sum, value, distance) => {
    return distance === 0 ? sum : sum + (items.length - distance) * value * value;
  }, 0);
  const scale = CLIP_NORM / Math.sqrt(energy);
  const rows = new Int32Array(pairs);
  const values = new Float32Array(pairs);
  for (let n = 0, at = 0; n < items.length; n++) {
    for (let m = n + 1; m < items.length; m++, at++) {
      const a = items[n]!;
      const b = items[m]!;
      rows[at] = packedIndex(order, Math.min(a, b), Math.max(a, b));
      values[at] = scale * closeness[m - n]!;
    }
  }
  return { length: packedLength(order), parts: [{ offset: 0, width: 1, rows, values }] };
}
