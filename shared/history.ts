import type { Catalogue } from './catalogue.ts';

/** One purchase, as an app records it. No message type can hold one: it never leaves the device. */
export interface Interaction {
  /** The catalogue's id of the item. */
  readonly item: string;
  /** When, in milliseconds since 1970; only the order matters to most learners. */
  readonly at: number;
  /** How many; 1 if left out. */
  readonly quantity?: number | undefined;
  /** Purchases of one basket share it; if left out, those of one moment do. */
  readonly basket?: string | undefined;
}

/** A device's purchases as columns of one length, in the order of time, then basket, then record. */
export interface Purchases {
  /** Catalogue indices, repeats included. */
  readonly items: Int32Array;
  /** Milliseconds since 1970, or a position where the data has no times. */
  readonly times: Float64Array;
  /** Numbered from 0 in the order of time. */
  readonly baskets: Int32Array;
  readonly quantities: Float32Array;
}

/** What a learner sees of a device: which items, in which order of first purchase, and every purchase. */
export interface History {
  /** Distinct catalogue indices in the order of their first purchase. */
  readonly items: Int32Array;
  readonly purchases: Purchases;
}

/** The distinct items in the order in which they first appear. */
export function distinctItems(items: Int32Array): Int32Array {
  return Int32Array.from(new Set(items));
}

/** Puts recorded purchases in order and looks their items up; those that are not in the catalogue are left out. */
export function historyOf(interactions: readonly Interaction[], catalogue: Catalogue): History {
  const known = interactions.filter(({ item }) => catalogue.indexOf(item) !== undefined);
  const ordered = known.toSorted((a, b) => a.at - b.at || compareBaskets(a.basket, b.basket));
  const count = ordered.length;
  const purchases: Purchases = {
    items: new Int32Array(count),
    times: new Float64Array(count),
    baskets: new Int32Array(count),
    quantities: new Float32Array(count),
  };
  let basket = -1;
  for (const [row, interaction] of ordered.entries()) {
    const before = ordered[row - 1];
    if (before === undefined || !sameBasket(before, interaction)) basket++;
    purchases.items[row] = catalogue.indexOf(interaction.item)!;
    purchases.times[row] = interaction.at;
    purchases.baskets[row] = basket;
    purchases.quantities[row] = interaction.quantity ?? 1;
  }
  return { items: distinctItems(purchases.items), purchases };
}

function sameBasket(a: Interaction, b: Interaction): boolean {
  return a.basket === undefined && b.basket === undefined ? a.at === b.at : a.basket === b.basket;
}

/**
 * The order of baskets at one moment: none first, then whole numbers by their value (as invoices are numbered), then
 * other names by their code units.
 */
export function compareBaskets(a = '', b = ''): number {
  return basketNumber(a) - basketNumber(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function basketNumber(basket: string): number {
  if (basket === '') return -1;
  return /^\d+$/.test(basket) ? Number(basket) : Number.POSITIVE_INFINITY;
}
