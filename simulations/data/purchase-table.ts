import type { CatalogueItem } from '../../shared/catalogue.ts';
import { Catalogue } from '../../shared/catalogue.ts';
import { compareBaskets } from '../../shared/history.ts';
import { DataError } from './data-error.ts';
import type { Dataset } from './dataset.ts';
import { hashDataset } from './dataset-hash.ts';
import { Growable } from './growable.ts';
import { IdTable } from './id-table.ts';
import { Population } from './population.ts';
import { sharedPurchases } from './shared-columns.ts';

/** The row belongs to no basket. */
export const NO_BASKET = -1;

/** Purchases in the order of a file, growing; users and items are numbered by their first appearance. */
export class PurchaseTable {
  readonly users = new IdTable();
  readonly items = new IdTable();
  readonly baskets = new IdTable();
  /** By item. */
  readonly titles: (string | undefined)[] = [];
  readonly categories: (string | undefined)[] = [];
  readonly #user = new Growable(Int32Array);
  readonly #item = new Growable(Int32Array);
  readonly #basket = new Growable(Int32Array);
  readonly #time = new Growable(Float64Array);
  readonly #quantity = new Growable(Float32Array);

  /** Adds a purchase: indices into `users`, `items` and `baskets` (or NO_BASKET), and milliseconds or a position. */
  add(user: number, item: number, basket: number, time: number, quantity: number): void {
    this.#user.push(user);
    this.#item.push(item);
    this.#basket.push(basket);
    this.#time.push(time);
    this.#quantity.push(quantity);
  }

  /**
   * Sorts each user's purchases by time, then basket, then place in the file.
   * @throws DataError if there are none; `name` is what it calls the file.
   */
  toDataset(name: string, report: Dataset['report']): Dataset {
    if (this.users.size === 0) throw new DataError(`${name} holds no purchases. Check that it is the right file.`);
    const catalogue = new Catalogue(this.items.texts().map((id, item) => this.#describe(id, item)));
    const users = this.users.texts();
    const population = this.#sorted();
    return { name, catalogue, users, population, report, hash: hashDataset({ catalogue, users, population }) };
  }

  #describe(id: string, item: number): CatalogueItem {
    const title = this.titles[item]?.trim().slice(0, 1024);
    const category = this.categories[item]?.trim().slice(0, 256);
    return { id, ...(title ? { title } : {}), ...(category ? { category } : {}) };
  }

  #sorted(): Population {
    const user = this.#user.values();
    const { offsets, rows } = groupRows(user, this.users.size);
    const time = this.#time.values();
    const basket = this.#basket.values();
    const names = new Map<number, string>();
    const nameOf = (index: number): string => {
      const known = names.get(index) ?? this.baskets.text(index);
      names.set(index, known);
      return known;
    };
    const byBasket = (a: number, b: number): number =>
      a === b || a === NO_BASKET || b === NO_BASKET ? a - b : compareBaskets(nameOf(a), nameOf(b));
    const inOrder = (a: number, b: number): number => time[a]! - time[b]! || byBasket(basket[a]!, basket[b]!) || a - b;
    for (let index = 0; index < this.users.size; index++)
      sortUnlessSorted(rows.subarray(offsets[index], offsets[index + 1]), inOrder);

    const item = this.#item.values();
    const quantity = this.#quantity.values();
    const count = rows.length;
    const purchases = sharedPurchases(count);
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      purchases.items[at] = item[row]!;
      purchases.times[at] = time[row]!;
      purchases.quantities[at] = quantity[row]!;
      const before = at === 0 ? -1 : rows[at - 1]!;
      if (before < 0 || user[before] !== user[row]) continue;
      const same = basket[before] === basket[row] && (basket[row] !== NO_BASKET || time[before] === time[row]);
      purchases.baskets[at] = purchases.baskets[at - 1]! + (same ? 0 : 1);
    }
    return new Population(offsets, purchases);
  }
}

/** Lists the rows of each user, in the order of the file: user u's are rows[offsets[u]] to rows[offsets[u + 1] - 1]. */
function groupRows(user: Int32Array, users: number): { offsets: Int32Array; rows: Int32Array } {
  const offsets = new Int32Array(users + 1);
  for (const index of user) offsets[index + 1]!++;
  for (let index = 0; index < users; index++) offsets[index + 1]! += offsets[index]!;
  const next = offsets.slice(0, users);
  const rows = new Int32Array(user.length);
  for (let row = 0; row < user.length; row++) rows[next[user[row]!]!++] = row;
  return { offsets, rows };
}

function sortUnlessSorted(rows: Int32Array, compare: (a: number, b: number) => number): void {
  for (let at = 1; at < rows.length; at++) {
    if (compare(rows[at - 1]!, rows[at]!) > 0) {
      rows.sort(compare);
      return;
    }
  }
}
