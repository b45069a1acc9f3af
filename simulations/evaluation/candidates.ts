import type { Random } from '../../shared/random/random.ts';

/** How many items that the user never bought stand beside a held-out one in the published protocol. */
const NEGATIVES = 99;

/**
 * Draws 99 distinct items that are not in `bought`, each such set equally likely, or gives all of them where the
 * catalogue has no more. The items of the catalogue are 0 to `itemCount` - 1.
 */
export function drawNegatives(itemCount: number, bought: ReadonlySet<number>, random: Random): Int32Array {
  if (itemCount - bought.size <= NEGATIVES) {
    return Int32Array.from({ length: itemCount }, (_, item) => item).filter(item => !bought.has(item));
  }
  const drawn = new Set<number>();
  while (drawn.size < NEGATIVES) {
    const item = random.below(itemCount);
    if (!bought.has(item)) drawn.add(item);
  }
  return Int32Array.from(drawn);
}
