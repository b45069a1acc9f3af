import type { Purchases } from '../../../shared/history.ts';
import type { Random } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { Population } from '../population.ts';
import { sharedPurchases } from '../shared-columns.ts';
import type { Taste, World } from './world.ts';
import type { WorldSpec } from './world-spec.ts';

/** How people shop in every synthetic world. */
export const SHOPPER_SHAPE = Object.freeze({
  /** Of how many devices a household is, cumulated: one, two, three, else four. */
  householdSizes: [0.55, 0.82, 0.94],
  /** Standard deviation of the log of a shopper's number of purchases. */
  lengthDeviation: 0.8,
  fewestPurchases: 2,
  /** A basket ends after each purchase with this probability. */
  basketEnd: 0.2,
  /** Purchases that are one of the household's staples, and that popularity alone decides; taste decides the rest. */
  stapleShare: 0.2,
  impulseShare: 0.15,
  /** Tastes that a household shares, and the part of a member's taste that is the household's. */
  sharedTastes: 2,
  sharedPart: 0.6,
  staplesPerHousehold: 8,
  /** Purchases of one piece; the others are of two to six. */
  singles: 0.7,
});

/** 2024-01-01, a Monday, UTC. */
const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const OPENING_MS = 8 * 3_600_000;
const OPEN_MS = 13 * 3_600_000;
/** How often a wish is changed that is out of season or in the basket already. */
const MOST_WISHES = 12;

/** What the members of a household have in common. */
interface Household {
  readonly tastes: readonly Taste[];
  readonly staples: readonly number[];
}

/**
 * The purchases of every shopper over one year. A shopper's depend on the seed, the shopper's number, the household
 * and the world, not on how many others there are.
 */
export function fillWorld(
  world: World,
  { users, purchases: mean, seed }: WorldSpec,
): {
  readonly population: Population;
  /** By user: the household's number. */
  readonly households: Int32Array;
} {
  const households = formHouseholds(users, seed);
  const offsets = drawLengths(users, mean, seed);
  const count = offsets[users]!;
  const purchases = sharedPurchases(count);
  let household: Household | undefined;
  for (let user = 0; user < users; user++) {
    if (household === undefined || households[user] !== households[user - 1])
      household = makeHousehold(world, seededRandom(seed, 'synthetic', 'household', households[user]!));
    const random = seededRandom(seed, 'synthetic', 'shopper', user);
    shop(world, household, purchases, offsets[user]!, offsets[user + 1]!, random);
  }
  return { population: new Population(offsets, purchases), households };
}

function formHouseholds(users: number, seed: number): Int32Array {
  const random = seededRandom(seed, 'synthetic', 'households');
  const households = new Int32Array(users);
  let user = 0;
  for (let household = 0; user < users; household++) {
    const place = random.float();
    const size = 1 + SHOPPER_SHAPE.householdSizes.filter(share => place >= share).length;
    households.fill(household, user, user + size);
    user += size;
  }
  return households;
}

/** Log-normal lengths, as offsets. */
function drawLengths(users: number, mean: number, seed: number): Int32Array {
  const random = seededRandom(seed, 'synthetic', 'lengths');
  const { lengthDeviation, fewestPurchases } = SHOPPER_SHAPE;
  const logMean = Math.log(mean) - lengthDeviation ** 2 / 2;
  const offsets = new Int32Array(users + 1);
  for (let user = 0; user < users; user++) {
    const length = Math.round(Math.exp(logMean + lengthDeviation * random.normal()));
    offsets[user + 1] = offsets[user]! + Math.max(fewestPurchases, length);
  }
  return offsets;
}

function makeHousehold(world: World, random: Random): Household {
  const { sharedTastes, staplesPerHousehold } = SHOPPER_SHAPE;
  const tastes = Array.from({ length: sharedTastes }, () => world.tastes[world.fashions.draw(random)]!);
  const staples: number[] = [];
  for (let wish = 0; wish < staplesPerHousehold * MOST_WISHES && staples.length < staplesPerHousehold; wish++) {
    const item =
      random.below(2) === 0 ? drawFrom(tastes[random.below(tastes.length)]!, random) : world.everything.draw(random);
    if (world.staple[item] === 1 && !staples.includes(item)) staples.push(item);
  }
  return { tastes, staples };
}

/** Fills rows `from` to `to` - 1 with one shopper's purchases, basket by basket in the order of time. */
function shop(world: World, household: Household, into: Purchases, from: number, to: number, random: Random): void {
  const own = world.tastes[world.fashions.draw(random)]!;
  const ends = planBaskets(from, to, random);
  const times = Float64Array.from(ends, () => tripTime(world, random)).sort();
  const { items } = into;
  let row = from;
  for (const [basket, end] of ends.entries()) {
    const time = times[basket]!;
    const day = Math.floor(time / DAY_MS);
    const start = row;
    for (; row < end; row++) {
      let item = wish(world, household, own, random);
      for (let tries = 1; tries < MOST_WISHES; tries++) {
        if (sells(world, item, day, random) && !holds(items, start, row, item)) break;
        item = wish(world, household, own, random);
      }
      items[row] = item;
      into.times[row] = FIRST_DAY_MS + time;
      into.baskets[row] = basket;
      into.quantities[row] = random.float() < SHOPPER_SHAPE.singles ? 1 : 2 + random.below(5);
    }
  }
}

/** The row after the last of each basket. */
function planBaskets(from: number, to: number, random: Random): number[] {
  const ends: number[] = [];
  for (let row = from + 1; row < to; row++) if (random.float() < SHOPPER_SHAPE.basketEnd) ends.push(row);
  ends.push(to);
  return ends;
}

/** Milliseconds after the year's first midnight. */
function tripTime(world: World, random: Random): number {
  return world.days.draw(random) * DAY_MS + OPENING_MS + Math.floor(random.float() * OPEN_MS);
}

function sells(world: World, item: number, day: number, random: Random): boolean {
  const season = world.seasonOf[item]!;
  return season < 0 || random.float() < world.seasons[season]![day]!;
}

function holds(items: Int32Array, start: number, end: number, item: number): boolean {
  for (let row = start; row < end; row++) if (items[row] === item) return true;
  return false;
}

function wish(world: World, { tastes, staples }: Household, own: Taste, random: Random): number {
  const { stapleShare, impulseShare, sharedPart } = SHOPPER_SHAPE;
  const reason = random.float();
  if (reason < stapleShare && staples.length > 0) return staples[random.below(staples.length)]!;
  if (reason < stapleShare + impulseShare) return world.everything.draw(random);
  return drawFrom(random.float() < sharedPart ? tastes[random.below(tastes.length)]! : own, random);
}

function drawFrom({ items, table }: Taste, random: Random): number {
  return items[table.draw(random)]!;
}
