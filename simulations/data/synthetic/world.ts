import { Catalogue, type CatalogueItem } from '../../../shared/catalogue.ts';
import { type Random, shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { AliasTable } from './alias-table.ts';
import { BRANDS, type CategorySpec, DEPARTMENTS, type DepartmentSpec } from './vocabulary.ts';
import type { WorldSpec } from './world-spec.ts';

/** The shape of every synthetic world, calibrated to look like real retail: see test/simulations/data/synthetic. */
export const WORLD_SHAPE = Object.freeze({
  /** Popularity of the item of rank r is (r + offset · items)^-exponent (Zipf and Mandelbrot). */
  popularityExponent: 1.1,
  popularityOffset: 0.04,
  itemsPerCategory: 12,
  itemsPerTaste: 30,
  mostTastes: 400,
  /** Categories that a taste is at home in, the first the most. */
  categoriesPerTaste: 3,
  /** Standard deviation of the log of a taste's liking for each item of its categories. */
  likingDeviation: 1.5,
  /** How much oftener a seasonal item sells at its peak than an equally popular one of all seasons. */
  seasonBoost: 3,
});

const DAYS = 365;

interface Category {
  readonly department: DepartmentSpec;
  readonly spec: CategorySpec;
}

/** A liking for some items; the table draws places in `items`. */
export interface Taste {
  readonly items: Int32Array;
  readonly table: AliasTable;
}

/** What is on sale, and how popularity, tastes and seasons choose among it. */
export interface World {
  readonly catalogue: Catalogue;
  /** By item: 1 if people buy it again and again. */
  readonly staple: Uint8Array;
  /** By item: the row of `seasons`, or -1 if it sells all year. */
  readonly seasonOf: Int32Array;
  /** By season, then day of the year: the chance, from 0 to 1, that a wish for the item ends in its purchase. */
  readonly seasons: readonly Float64Array[];
  /** On which days of the year people shop. */
  readonly days: AliasTable;
  /** Items by popularity alone. */
  readonly everything: AliasTable;
  readonly tastes: readonly Taste[];
  /** How widespread each taste is. */
  readonly fashions: AliasTable;
}

/** Makes the shop of a world; shoppers.ts fills it with people. */
export function makeWorld({ items, seed }: WorldSpec): World {
  const random = seededRandom(seed, 'synthetic', 'world');
  const categories = chooseCategories(items);
  const members = assignItems(items, categories, random);
  const seasons = [...new Set(categories.flatMap(({ spec }) => spec.season ?? []))];
  const popularity = drawPopularity(items, random);
  const entries: CatalogueItem[] = [];
  const staple = new Uint8Array(items);
  const seasonOf = new Int32Array(items).fill(-1);
  for (const [index, category] of categories.entries()) {
    const { season, staple: again = false } = category.spec;
    const titles = makeTitles(category, members[index]!.length, random);
    for (const [place, item] of members[index]!.entries()) {
      entries.push(describe(item, titles[place]!, category));
      staple[item] = again ? 1 : 0;
      if (season === undefined) continue;
      seasonOf[item] = seasons.indexOf(season);
      popularity[item]! *= WORLD_SHAPE.seasonBoost;
    }
  }
  const tasteCount = Math.min(WORLD_SHAPE.mostTastes, Math.max(4, Math.round(items / WORLD_SHAPE.itemsPerTaste)));
  return {
    catalogue: new Catalogue(entries),
    staple,
    seasonOf,
    seasons: seasons.map(({ peak, spread }) =>
      Float64Array.from({ length: DAYS }, (_, day) => inSeason(day, peak, spread)),
    ),
    days: new AliasTable(Float64Array.from({ length: DAYS }, (_, day) => shoppingOn(day))),
    everything: new AliasTable(popularity),
    tastes: Array.from({ length: tasteCount }, () => makeTaste(members, popularity, random)),
    fashions: new AliasTable(Float64Array.from({ length: tasteCount }, (_, taste) => 1 / (taste + tasteCount / 4))),
  };
}

/** First the first category of every department, then the second ones, as many as the items fill. */
function chooseCategories(items: number): Category[] {
  const all = DEPARTMENTS[0]!.categories.flatMap((_, place) =>
    DEPARTMENTS.map(department => ({ department, spec: department.categories[place]! })),
  );
  return all.slice(0, Math.max(4, Math.round(items / WORLD_SHAPE.itemsPerCategory)));
}

/**
 * The items of each category, numbered in one row; categories differ in size up to threefold, sensitive ones are half
 * as large.
 */
function assignItems(items: number, categories: readonly Category[], random: Random): Int32Array[] {
  const sizes = Float64Array.from(categories, ({ spec }) => (0.5 + random.float()) * (spec.sensitive ? 0.5 : 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let begun = 0;
  let start = 0;
  return Array.from(sizes, size => {
    begun += size;
    const end = Math.round((begun / total) * items);
    const members = Int32Array.from({ length: end - start }, (_, place) => start + place);
    start = end;
    return members;
  });
}

function drawPopularity(items: number, random: Random): Float64Array {
  const ranks = Int32Array.from({ length: items }, (_, rank) => rank);
  shuffle(ranks, random);
  const { popularityExponent, popularityOffset } = WORLD_SHAPE;
  return Float64Array.from(ranks, rank => (rank + 1 + popularityOffset * items) ** -popularityExponent);
}

function makeTaste(members: readonly Int32Array[], popularity: Float64Array, random: Random): Taste {
  const homes = Int32Array.from(members, (_, category) => category);
  shuffle(homes, random);
  const items: number[] = [];
  const weights: number[] = [];
  for (const [place, home] of homes.subarray(0, WORLD_SHAPE.categoriesPerTaste).entries()) {
    for (const item of members[home]!) {
      items.push(item);
      weights.push((popularity[item]! * Math.exp(WORLD_SHAPE.likingDeviation * random.normal())) / (place + 1));
    }
  }
  return { items: Int32Array.from(items), table: new AliasTable(Float64Array.from(weights)) };
}

/** Brand, variant and good, without repeating a combination before all were used. */
function makeTitles({ department, spec }: Category, count: number, random: Random): string[] {
  const { variants } = department;
  const combinations = Int32Array.from({ length: BRANDS.length * variants.length * spec.goods.length }, (_, at) => at);
  shuffle(combinations, random);
  return Array.from({ length: count }, (_, place) => {
    const combination = combinations[place % combinations.length]!;
    const good = spec.goods[combination % spec.goods.length]!;
    const rest = Math.floor(combination / spec.goods.length);
    const variant = variants[rest % variants.length]!;
    const brand = BRANDS[Math.floor(rest / variants.length)]!;
    const edition = Math.floor(place / combinations.length);
    return `${brand} ${variant} ${good}${edition === 0 ? '' : ` no. ${edition + 1}`}`;
  });
}

function describe(item: number, title: string, { department, spec }: Category): CatalogueItem {
  const entry = { id: `item${item + 1}`, title, category: `${department.name}/${spec.name}` };
  return spec.sensitive ? { ...entry, sensitive: true } : entry;
}

/** 1 at the peak, falling as a bell does, and never quite 0; the year is a ring. */
function inSeason(day: number, peak: number, spread: number): number {
  const apart = Math.abs(day - peak);
  const distance = Math.min(apart, DAYS - apart);
  return Math.max(0.01, Math.exp(-((distance / spread) ** 2) / 2));
}

/** How much shopping there is: Day 0 is a Monday; Saturdays and the weeks before Christmas are busy. */
function shoppingOn(day: number): number {
  const weekday = [1, 0.9, 0.95, 1.1, 1.4, 1.8, 0.6][day % 7]!;
  return weekday * (1 + 0.8 * Math.exp(-(((day - 350) / 14) ** 2) / 2));
}
