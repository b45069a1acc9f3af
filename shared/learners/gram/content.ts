import type { Catalogue, CatalogueItem } from '../../catalogue.ts';

/** A shorter beginning of an item number says too little: from 3 digits on it is a series of sister products. */
const SHORTEST_SERIES = 3;

/** One entry of an item's tf-idf vector, which has norm 1 unless it is empty. */
interface Weighted {
  readonly token: string;
  readonly weight: number;
}

/**
 * How alike items are by what the catalogue says of them, from 0 to 1: the cosine of their tf-idf vectors (Salton and
 * Buckley 1988) over the words of the title, the words of the category, and the item number without its last digit or two,
 * as numbers are given out in series. The catalogue is public, so this costs no privacy.
 */
export class ContentSimilarity {
  readonly #tokens: readonly (readonly Weighted[])[];
  /** By token: the items that have it, and their weights. */
  readonly #holders = new Map<string, { readonly item: number; readonly weight: number }[]>();

  constructor({ items }: Catalogue) {
    const tokens = items.map(tokensOf);
    const counts = new Map<string, number>();
    for (const token of tokens.flatMap(set => [...set])) counts.set(token, (counts.get(token) ?? 0) + 1);
    this.#tokens = tokens.map(set => {
      const weighted = [...set].map(token => ({ token, weight: rarity(counts.get(token)!, items.length) }));
      const norm = Math.hypot(...weighted.map(({ weight }) => weight));
      return weighted.filter(({ weight }) => weight > 0).map(({ token, weight }) => ({ token, weight: weight / norm }));
    });
    for (const [item, list] of this.#tokens.entries()) {
      for (const { token, weight } of list) {
        const holders = this.#holders.get(token);
        if (holders === undefined) this.#holders.set(token, [{ item, weight }]);
        else holders.push({ item, weight });
      }
    }
  }

  /** The item's similarity to each item of the catalogue; to itself 0. */
  row(item: number): Float64Array {
    const row = new Float64Array(this.#tokens.length);
    for (const { token, weight } of this.#tokens[item]!) {
      for (const holder of this.#holders.get(token)!) row[holder.item]! += weight * holder.weight;
    }
    row[item] = 0;
    return row;
  }
}

/** Inverse document frequency; a token of one item alone makes it like no other. */
function rarity(count: number, items: number): number {
  return count > 1 ? Math.log(items / count) : 0;
}

function tokensOf({ id, title, category }: CatalogueItem): Set<string> {
  return new Set([
    ...words(title).map(word => `title ${word}`),
    ...words(category).map(word => `category ${word}`),
    ...series(id).map(prefix => `series ${prefix}`),
  ]);
}

function words(text = ''): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The leading number of an id, such as 22726 or 85123A, without its last digit and without its last two. */
function series(id: string): string[] {
  const digits = /^\d+/.exec(id)?.[0] ?? '';
  return [1, 2]
    .filter(dropped => digits.length - dropped >= SHORTEST_SERIES)
    .map(dropped => `${digits.length} ${digits.slice(0, -dropped)}`);
}
