import type { Catalogue } from '../../shared/catalogue.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { Population } from './population.ts';

/** Purchases of many users, loaded or made. */
export interface Dataset {
  readonly name: string;
  readonly catalogue: Catalogue;
  /** The id of each user, by the index that `population` knows it under. */
  readonly users: readonly string[];
  readonly population: Population;
  /** By user: the number of the household that the device is used in, where that is known. */
  readonly households?: Int32Array;
  /** Hash of what was loaded: the same purchases always give the same hash. */
  readonly hash: ContentHash;
  readonly report: LoadReport;
}

/** A data set whose purchases are held elsewhere: of a million shoppers they take a gigabyte. */
export type DatasetFacts = Omit<Dataset, 'population'> & {
  /** How many (user, item) pairs there are, repeats counted once. */
  readonly pairs: number;
};

export function factsOf({ population, ...facts }: Dataset): DatasetFacts {
  return { ...facts, pairs: population.pairs };
}

/** What became of the rows of a file. */
export interface LoadReport {
  /** Data rows read, the header not counted. */
  readonly rows: number;
  /** Rows that are well-formed but no purchase, by reason: `return`, `cancelled`, `no customer`… */
  readonly setAside: Readonly<Record<string, number>>;
  /** How many rows are malformed, and the first few of them. */
  readonly bad: { readonly count: number; readonly examples: readonly { line: number; reason: string }[] };
}
