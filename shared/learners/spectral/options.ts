import * as z from 'zod';
import { historyWeightOptions, popularityPriorOption } from '../history-weights.ts';

/**
 * One set for all data; figures are NDCG@10 on validation items (the last in training) as a share of exact EASE's, on
 * Online Retail, MovieLens-100K and MovieLens-1M.
 */
const DEFAULTS = Object.freeze({
  columns: 64,
  subspaceRounds: 3,
  /** 1 gave 108 %, 99 %, 101 %; 2 give 108 %, 102 %, 103 %; none, the factors alone, 68 % on Online Retail. */
  neighbourRounds: 2,
  /** 0.25 and 0.5 gave 0.064 and 0.042 with 64 factors alone on Online Retail, and 0.087 and 0.063 with 320; 0 0.067 and 0.086. */
  popularityExponent: 0.25,
  /** Comparing every row with every other takes rows^2 columns: 20 seconds at this size. */
  maxRows: 16_384,
  /** 0.01 to 1 gave the same within 1 % but on MovieLens-100K, where 1 gave 1 % more. */
  factorWeight: 0.3,
  /**
   * Pairs of n items have norm sqrt(64 n) at most where all are candidates: so 4,096 items count in full. Counts lie on the
   * round's integer grid, since it is a power of two.
   */
  clipNorm: 512,
} as const);

export const spectralOptionsSchema = z.strictObject({
  /** Numbers a row that a device adds in each round after the first; also the factors of a row. */
  columns: z.int().min(1).max(512).default(DEFAULTS.columns),
  /** Rounds of subspace iteration. */
  subspaceRounds: z.int().min(1).max(100).default(DEFAULTS.subspaceRounds),
  /** Rounds that count each row's purchases together with `columns` rows that lie near it. */
  neighbourRounds: z.int().min(0).max(8).default(DEFAULTS.neighbourRounds),
  /** Rows are scaled by popularity^-this, so that few bestsellers do not take all factors. */
  popularityExponent: z.number().min(0).max(1).default(DEFAULTS.popularityExponent),
  /** In a larger catalogue the most popular items have a row each for half of the rows, and the others share the rest. */
  maxRows: z
    .int()
    .min(2)
    .max(2 ** 17)
    .default(DEFAULTS.maxRows),
  /** The ridge, of the factors and of the neighbours' weights. Left out: the mean of the Gram matrix's diagonal. */
  lambda: z.number().positive().optional(),
  /** What the factors add to the scores beside the neighbours. */
  factorWeight: z.number().nonnegative().default(DEFAULTS.factorWeight),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  ...historyWeightOptions(),
  ...popularityPriorOption,
});

export type SpectralOptions = z.output<typeof spectralOptionsSchema>;
