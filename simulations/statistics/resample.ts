import { seededRandom } from '../../shared/random/seeded.ts';
import type { UserValues } from './user-quality.ts';

/** What the runs of one point found: they differ in the seed alone. At least one, ascending by seed. */
export type Sample = readonly SeedValues[];

/** Where several are of the same some users, one array of them in all saves time. */
export interface SeedValues extends UserValues {
  readonly seed: number;
}

/** A sample, and what its means would have been on other users. */
export type Resampled = readonly ResampledSeed[];

export interface ResampledSeed {
  readonly seed: number;
  readonly mean: number;
  /** The mean over the users of each resample; the nth is over the same users in all samples that went in together. */
  readonly draws: Float64Array;
}

export const RESAMPLES = 1_000;

/**
 * The bootstrap over users (Efron and Tibshirani 1993, chapter 6): each resample draws as many users with replacement as
 * there are, and a user who is drawn brings what was found for it in every sample and every seed. So differences between
 * samples, which must be of one data set, are taken between the same people. The draws are fixed by the users alone.
 */
export function resample(samples: readonly Sample[], resamples = RESAMPLES): Resampled[] {
  const users = distinctUsers(samples);
  const placeOf = new Map(Array.from(users, (user, place) => [user, place]));
  const drawnOf = new Map<Int32Array, Drawn>();
  const columns = samples.map(sample =>
    sample.map(values => {
      const drawn = drawnOf.get(values.users) ?? new Drawn(values.users, placeOf);
      drawnOf.set(values.users, drawn);
      return new Column(values, drawn, resamples);
    }),
  );
  const all = columns.flat();
  const random = seededRandom(0, 'bootstrap over users', users.length);
  const counts = new Uint16Array(users.length);
  for (let n = 0; n < resamples; n++) {
    counts.fill(0);
    for (let drawn = 0; drawn < users.length; drawn++) counts[random.below(users.length)]!++;
    for (const drawn of drawnOf.values()) drawn.count(counts);
    for (const column of all) column.draw(n, counts);
  }
  return columns;
}

/** Whose values a mean is of: all users once, or some of them. */
class Drawn {
  /** How many of its values the current resample has. */
  total: number;
  readonly places: Int32Array;
  readonly #fixed: boolean;

  constructor(users: Int32Array, placeOf: ReadonlyMap<number, number>) {
    this.places = users.map(user => placeOf.get(user)!);
    this.total = users.length;
    this.#fixed = users.length === placeOf.size && users.every((user, at) => at === 0 || user > users[at - 1]!);
  }

  count(counts: Uint16Array): void {
    if (this.#fixed) return;
    this.total = 0;
    for (const place of this.places) this.total += counts[place]!;
  }
}

/** One seed's values. */
class Column implements ResampledSeed {
  readonly seed: number;
  readonly mean: number;
  readonly draws: Float64Array;
  readonly #drawn: Drawn;
  /** Of the values that are not zero, which are few: most held-out items are not among the first ten. */
  readonly #places: Int32Array;
  readonly #values: Float64Array;

  constructor({ seed, values }: SeedValues, drawn: Drawn, resamples: number) {
    this.seed = seed;
    this.mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    this.draws = new Float64Array(resamples);
    this.#drawn = drawn;
    this.#places = drawn.places.filter((_, at) => values[at] !== 0);
    this.#values = values.filter(value => value !== 0);
  }

  draw(resample: number, counts: Uint16Array): void {
    const places = this.#places;
    const values = this.#values;
    let sum = 0;
    for (let at = 0; at < places.length; at++) sum += counts[places[at]!]! * values[at]!;
    const { total } = this.#drawn;
    // None of a small group was drawn: the resample says nothing of it.
    this.draws[resample] = total === 0 ? this.mean : sum / total;
  }
}

function distinctUsers(samples: readonly Sample[]): Int32Array {
  const found = new Set<number>();
  for (const sample of samples) for (const { users } of sample) for (const user of users) found.add(user);
  return Int32Array.from(found).sort();
}
