import { SettingsError } from '../../shared/errors.ts';
import type { History, Purchases } from '../../shared/history.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Dataset } from '../data/dataset.ts';
import { Population } from '../data/population.ts';
import { type Ids, sharedColumn, sharedPurchases } from '../data/shared-columns.ts';
import { sampleUsers } from './sample.ts';

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
  /** Evaluates so many users, drawn at random by the data alone: the same whatever is trained. All if left out. */
  readonly evaluateUsers?: number | undefined;
  /** Lets what is trained on take the memory of the data set, which must not be used any more. */
  readonly consume?: boolean;
}

/** User u's held-out items are `heldOut[offsets[u]]` to `heldOut[offsets[u + 1] - 1]`. */
interface HeldOut {
  readonly heldOut: Int32Array;
  readonly offsets: Int32Array;
}

/** What is trained on, and for each user the items that a scorer should find without having been told. */
export class Split {
  /** The same users by the same index, without any purchase, repeats included, of what was held out from them. */
  readonly train: Population;
  /** The id of each user, in the order of the population. */
  readonly users: Ids;
  /** The size of the catalogue. It stays whole: an item whose every buyer has it held out is still on sale. */
  readonly itemCount: number;
  /** The users who are evaluated, ascending: those from whom something is held out, or some of them. */
  readonly evaluated: Int32Array;
  readonly held: HeldOut;

  constructor(train: Population, users: Ids, itemCount: number, held: HeldOut, evaluateUsers?: number) {
    this.train = train;
    this.users = users;
    this.itemCount = itemCount;
    this.held = held;
    const everybody = Int32Array.from({ length: users.length }, (_, user) => user);
    const evaluated = everybody.filter(user => held.offsets[user]! < held.offsets[user + 1]!);
    const draw = evaluateUsers !== undefined && evaluateUsers < evaluated.length;
    this.evaluated = draw ? sampleUsers(evaluated, evaluateUsers, seededRandom(0, 'evaluated users')) : evaluated;
  }

  /** How many items are held out, over all users. */
  get heldOutCount(): number {
    return this.held.heldOut.length;
  }

  /** The distinct items held out from a user, in the order of purchase; none if the user is not evaluated. A view. */
  heldOut(user: number): Int32Array {
    return heldOutOf(this.held, user);
  }
}

/** @throws SettingsError if `minItems` is less than 2. */
export function splitDataset(
  dataset: Dataset,
  { holdout, minItems = 5, evaluateUsers, consume = false }: SplitOptions,
): Split {
  if (!(minItems >= 2)) {
    throw new SettingsError(
      `A user needs an item to train on and one to hold out: ask for at least 2, not ${minItems}.`,
    );
  }
  const { population, users, catalogue } = dataset;
  const { items } = population.purchases;
  const heldOut: number[] = [];
  const heldOutOffsets = sharedColumn(Int32Array, population.size + 1);
  const offsets = sharedColumn(Int32Array, population.size + 1);
  for (let user = 0; user < population.size; user++) {
    const history = population.history(user);
    const held = history.items.length < minItems ? [] : HOLDOUTS[holdout](history);
    heldOut.push(...held);
    heldOutOffsets[user + 1] = heldOut.length;
    let kept = offsets[user]!;
    for (let row = population.offsets[user]!; row < population.offsets[user + 1]!; row++) {
      if (!held.includes(items[row]!)) kept++;
    }
    offsets[user + 1] = kept;
  }
  const held = sharedColumn(Int32Array, heldOut.length);
  held.set(heldOut);
  const split = { heldOut: held, offsets: heldOutOffsets };
  const train = new Population(offsets, keptPurchases(population, offsets[population.size]!, split, consume));
  return new Split(train, users, catalogue.size, split, evaluateUsers);
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

/** The purchases without those of held-out items; they move forward only, so that they may take their own place. */
function keptPurchases({ offsets, purchases }: Population, count: number, held: HeldOut, inPlace: boolean): Purchases {
  const kept =
    inPlace && purchases.items.buffer instanceof SharedArrayBuffer
      ? {
          items: purchases.items.subarray(0, count),
          times: purchases.times.subarray(0, count),
          baskets: purchases.baskets.subarray(0, count),
          quantities: purchases.quantities.subarray(0, count),
        }
      : sharedPurchases(count);
  let to = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const without = heldOutOf(held, user);
    for (let from = offsets[user]!; from < offsets[user + 1]!; from++) {
      if (without.includes(purchases.items[from]!)) continue;
      kept.items[to] = purchases.items[from]!;
      kept.times[to] = purchases.times[from]!;
      kept.baskets[to] = purchases.baskets[from]!;
      kept.quantities[to++] = purchases.quantities[from]!;
    }
  }
  return kept;
}

function heldOutOf({ heldOut, offsets }: HeldOut, user: number): Int32Array {
  return heldOut.subarray(offsets[user], offsets[user + 1]);
}
