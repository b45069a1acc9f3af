import type { History, Purchases } from '../../shared/history.ts';

/**
 * The histories of many virtual devices as columns: user u's purchases are the rows from `offsets[u]` up to, not
 * with, `offsets[u + 1]`, in the order of time, then basket, then place in the data.
 */
export class Population {
  readonly offsets: Int32Array;
  readonly purchases: Purchases;
  readonly #distinct: Int32Array;
  readonly #distinctOffsets: Int32Array;

  constructor(offsets: Int32Array, purchases: Purchases) {
    this.offsets = offsets;
    this.purchases = purchases;
    const { items } = purchases;
    const distinct = new Int32Array(items.length);
    const ends = new Int32Array(offsets.length);
    /** By item: the last user seen to buy it, + 1. */
    const buyers = new Int32Array(items.reduce((largest, item) => Math.max(largest, item), -1) + 1);
    for (let user = 0; user + 1 < offsets.length; user++) {
      let end = ends[user]!;
      for (let row = offsets[user]!; row < offsets[user + 1]!; row++) {
        const item = items[row]!;
        if (buyers[item] === user + 1) continue;
        buyers[item] = user + 1;
        distinct[end++] = item;
      }
      ends[user + 1] = end;
    }
    this.#distinct = distinct.slice(0, ends[ends.length - 1]);
    this.#distinctOffsets = ends;
  }

  /** How many users there are. */
  get size(): number {
    return this.offsets.length - 1;
  }

  /** How many (user, item) pairs there are, repeats counted once. */
  get pairs(): number {
    return this.#distinct.length;
  }

  /** The distinct items of a user in the order of their first purchase: a view, not to be written to. */
  items(user: number): Int32Array {
    return this.#distinct.subarray(this.#distinctOffsets[user], this.#distinctOffsets[user + 1]);
  }

  /** Views into the columns, not to be written to. */
  history(user: number): History {
    const from = this.offsets[user]!;
    const to = this.offsets[user + 1]!;
    const { items, times, baskets, quantities } = this.purchases;
    return {
      items: this.items(user),
      purchases: {
        items: items.subarray(from, to),
        times: times.subarray(from, to),
        baskets: baskets.subarray(from, to),
        quantities: quantities.subarray(from, to),
      },
    };
  }
}
