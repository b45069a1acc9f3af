import { type Random, shuffle } from '../../random/random.ts';

/** The rows of a batch as plain numbers. */
export interface Rows {
  /** [n, 1 + negatives], row-major: a bought item, then drawn ones. */
  readonly items: Int32Array;
  /** [n]: where each bought item is in the history. */
  readonly positions: Int32Array;
}

/**
 * One pass over the bought items, in random order and in batches, each item with negatives drawn uniformly from all
 * items that were not bought. Nothing if there is nothing to tell apart: no item was bought, or all were.
 */
export function* drawBatches(
  bought: Int32Array,
  catalogueSize: number,
  { negatives, batchSize }: { readonly negatives: number; readonly batchSize: number },
  random: Random,
): Generator<Rows> {
  if (bought.length === 0 || bought.length === catalogueSize) return;
  const own = new Set(bought);
  const order = Int32Array.from(bought.keys());
  shuffle(order, random);
  for (let from = 0; from < order.length; from += batchSize) {
    const positions = order.subarray(from, from + batchSize);
    const items = new Int32Array(positions.length * (1 + negatives));
    let at = 0;
    for (const position of positions) {
      items[at++] = bought[position]!;
      for (let n = 0; n < negatives; n++) {
        let item = random.below(catalogueSize);
        while (own.has(item)) item = random.below(catalogueSize);
        items[at++] = item;
      }
    }
    yield { items, positions };
  }
}
