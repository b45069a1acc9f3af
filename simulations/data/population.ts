import { distinctItems, type History, type Purchases } from '../../shared/history.ts';

/**
 * The histories of many virtual devices as columns: user u's purchases are the rows `offsets[u]` to `offsets[u + 1] - 1`,
 * in the order of time, then basket, then place in the data.
 */
export class Population {
  readonly offsets: Int32Array;
  readonly purchases: Purchases;
  readonly #distinct: Int32Array;
  readonly #distinctOffsets: Int32Array;

  constructor(offsets: Int32Array, purchases: Purchases) {
    this.offsets = offsets;
    this.purchases = purchases;
    const lists: Int32Array = new Int32Array(purchases.items.length);
    const ends = new Int32Array(offsets.length);
    for (let user = 0; user + 1 < offsets.length; user++) {
      const items = distinctItems(purchases.items.subarray(offsets[user]!, offsets[user + 1]!));
      lists.set(items, ends[user]!);
      ends[user + 1] = ends[user]! + items.length;
    }
    this.#distinct = lists.slice(0, ends[ends.length - 1]);
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
    return this.#distinct.subarray(this.#distinctOffsets[user]!, this.#distinctOffsets[user + 1]!);
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
