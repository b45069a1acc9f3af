import type { History, Purchases } from '../../shared/history.ts';
import { sharedColumn } from './shared-columns.ts';

/** Distinct items of users: user u's are `items[offsets[u]]` to `items[offsets[u + 1] - 1]`, in the order of first purchase. */
interface DistinctItems {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/**
 * The histories of many virtual devices as columns, compressed by user: user u's purchases are the rows from `offsets[u]`
 * up to, not with, `offsets[u + 1]`, in the order of time, then basket, then place in the data.
 */
export class Population {
  readonly offsets: Int32Array;
  readonly purchases: Purchases;
  readonly distinct: DistinctItems;

  constructor(offsets: Int32Array, purchases: Purchases, distinct = distinctOf(offsets, purchases)) {
    this.offsets = offsets;
    this.purchases = purchases;
    this.distinct = distinct;
  }

  /** How many users there are. */
  get size(): number {
    return this.offsets.length - 1;
  }

  /** How many (user, item) pairs there are, repeats counted once. */
  get pairs(): number {
    return this.distinct.items.length;
  }

  /** The distinct items of a user in the order of their first purchase: a view, not to be written to. */
  items(user: number): Int32Array {
    const { items, offsets } = this.distinct;
    return items.subarray(offsets[user], offsets[user + 1]);
  }

  /** Views into the columns, not to be written to. */
  history(user: number): History {
    return new PopulationHistory(this, user);
  }
}

/** Most learners ask for the items alone when they train, so that the views of all purchases are made when wanted. */
class PopulationHistory implements History {
  readonly items: Int32Array;
  readonly #population: Population;
  readonly #user: number;

  constructor(population: Population, user: number) {
    this.items = population.items(user);
    this.#population = population;
    this.#user = user;
  }

  get purchases(): Purchases {
    const { offsets, purchases } = this.#population;
    const from = offsets[this.#user]!;
    const to = offsets[this.#user + 1]!;
    return {
      items: purchases.items.subarray(from, to),
      times: purchases.times.subarray(from, to),
      baskets: purchases.baskets.subarray(from, to),
      quantities: purchases.quantities.subarray(from, to),
    };
  }
}

function distinctOf(offsets: Int32Array, { items }: Purchases): DistinctItems {
  const ends = sharedColumn(Int32Array, offsets.length);
  /** By item: the last user seen to buy it, + 1. */
  const buyers = new Int32Array(items.reduce((largest, item) => Math.max(largest, item), -1) + 1);
  const first = (user: number, row: number): boolean => {
    const item = items[row]!;
    if (buyers[item] === user + 1) return false;
    buyers[item] = user + 1;
    return true;
  };
  for (let user = 0; user + 1 < offsets.length; user++) {
    let end = ends[user]!;
    for (let row = offsets[user]!; row < offsets[user + 1]!; row++) if (first(user, row)) end++;
    ends[user + 1] = end;
  }
  buyers.fill(0);
  const distinct = sharedColumn(Int32Array, ends[offsets.length - 1]!);
  let at = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let row = offsets[user]!; row < offsets[user + 1]!; row++) if (first(user, row)) distinct[at++] = items[row]!;
  }
  return { offsets: ends, items: distinct };
}
