import type { Random } from '../../shared/random/random.ts';

/** How many items that the user never bought stand beside a held-out one in the published protocol. */
const NEGATIVES = 99;

/** Some items: a Set is one. */
interface Items {
  readonly size: number;
  has(item: number): boolean;
}

/** One set of items after another, without making a Set of each. */
export class ItemMarks implements Items {
  readonly #marks: Int32Array;
  #mark = 0;
  size = 0;

  constructor(itemCount: number) {
    this.#marks = new Int32Array(itemCount);
  }

  /** Holds these from now on, of which none is there twice, and no others. */
  hold(...lists: readonly Int32Array[]): this {
    this.#mark++;
    this.size = 0;
    for (const items of lists) {
      for (let n = 0; n < items.length; n++) this.#marks[items[n]!] = this.#mark;
      this.size += items.length;
    }
    return this;
  }

  has(item: number): boolean {
    return this.#marks[item] === this.#mark;
  }
}

/**
 * Draws 99 distinct items that are not in `bought`, each such set equally likely, or gives all of them where the
 * catalogue has no more. The items of the catalogue are 0 to `itemCount` - 1.
 */
export function drawNegatives(itemCount: number, bought: Items, random: Random): Int32Array {
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
