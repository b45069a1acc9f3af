import { SettingsError } from '../../shared/errors.ts';
import type { History } from '../../shared/history.ts';
import type { Dataset } from '../data/dataset.ts';
import { Population } from '../data/population.ts';

/**
 * A user's items are taken once, at the first purchase, in the order of time, basket and place in the data.
 * `last-item` holds out the last of them; `last-basket` all that were new in the basket of the last one, if that
 * leaves any item to train on.
 */
export type Holdout = 'last-item' | 'last-basket';

export interface SplitOptions {
  readonly holdout: Holdout;
  /**
   * From how many items on a user is evaluated; at least 2, by default 5, as is customary. The others are trained on
   * whole: without them no full-ranking figure of popularity or EASE on Online Retail moves by more than 0.001.
   */
  readonly minItems?: number;
}

/** What is trained on, and for each user the items that a scorer should find without having been told. */
export class Split {
  /** The same users by the same index, without any purchase, repeats included, of what was held out from them. */
  readonly train: Population;
  /** The id of each user. */
  readonly users: readonly string[];
  /** The size of the catalogue. It stays whole: an item whose every buyer has it held out is still on sale. */
  readonly itemCount: number;
  /** The users from whom something is held out, ascending. */
  readonly evaluated: Int32Array;
  readonly #heldOut: Int32Array;
  readonly #offsets: Int32Array;

  /** User u's held-out items are `heldOut[offsets[u]]` to `heldOut[offsets[u + 1] - 1]`. */
  constructor(
    train: Population,
    users: readonly string[],
    itemCount: number,
    heldOut: Int32Array,
    offsets: Int32Array,
  ) {
    this.train = train;
    this.users = users;
    this.itemCount = itemCount;
    this.#heldOut = heldOut;
    this.#offsets = offsets;
    this.evaluated = Int32Array.from(users.keys()).filter(user => this.heldOut(user).length > 0);
  }

  /** How many items are held out, over all users. */
  get heldOutCount(): number {
    return this.#heldOut.length;
  }

  /** The distinct items held out from a user, in the order of purchase; none if the user is not evaluated. A view. */
  heldOut(user: number): Int32Array {
    return this.#heldOut.subarray(this.#offsets[user], this.#offsets[user + 1]);
  }
}

/** @throws SettingsError if `minItems` is less than 2. */
export function splitDataset(dataset: Dataset, { holdout, minItems = 5 }: SplitOptions): Split {
  if (!(minItems >= 2)) {
    throw new SettingsError(
      `A user needs an item to train on and one to hold out: ask for at least 2, not ${minItems}.`,
    );
  }
  const { population, users, catalogue } = dataset;
  const heldOut: number[] = [];
  const heldOutOffsets = new Int32Array(population.size + 1);
  const kept = new Int32Array(population.purchases.items.length);
  const keptOffsets = new Int32Array(population.size + 1);
  let keptRows = 0;
  for (let user = 0; user < population.size; user++) {
    const history = population.history(user);
    const held = history.items.length < minItems ? [] : HOLDOUTS[holdout](history);
    for (const item of held) heldOut.push(item);
    for (const [row, item] of history.purchases.items.entries()) {
      if (!held.includes(item)) kept[keptRows++] = population.offsets[user]! + row;
    }
    heldOutOffsets[user + 1] = heldOut.length;
    keptOffsets[user + 1] = keptRows;
  }
  const train = new Population(keptOffsets, selectRows(population, kept.subarray(0, keptRows)));
  return new Split(train, users, catalogue.size, Int32Array.from(heldOut), heldOutOffsets);
}

const HOLDOUTS: Record<Holdout, (history: History) => readonly number[]> = {
  'last-item': ({ items }) => [items[items.length - 1]!],
  'last-basket': ({ items, purchases }) => {
    const firstRows = Array.from(items, item => purchases.items.indexOf(item));
    const lastBasket = purchases.baskets[firstRows[firstRows.length - 1]!]!;
    const news = firstRows.filter(row => purchases.baskets[row] === lastBasket);
    return news.length === items.length ? [] : news.map(row => purchases.items[row]!);
  },
};

function selectRows({ purchases }: Population, rows: Int32Array): Population['purchases'] {
  const selected = {
    items: new Int32Array(rows.length),
    times: new Float64Array(rows.length),
    baskets: new Int32Array(rows.length),
    quantities: new Float32Array(rows.length),
  };
  for (const [to, from] of rows.entries()) {
    selected.items[to] = purchases.items[from]!;
    selected.times[to] = purchases.times[from]!;
    selected.baskets[to] = purchases.baskets[from]!;
    selected.quantities[to] = purchases.quantities[from]!;
  }
  return selected;
}
