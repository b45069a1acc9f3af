import * as z from 'zod';
import { historyWeightOptions } from '../history-weights.ts';

/** One set for all data; figures are NDCG@10 on validation items, the last in training, after 8 rounds without recency. */
const DEFAULTS = Object.freeze({
  /** Online Retail 0.066, with 128 0.074; MovieLens-1M 0.045 and 0.047; MovieLens-100K 0.081 with 32 and 64. */
  dimension: 64,
  /** Level from 6 to 12 on MovieLens-100K, from 4 on MovieLens-1M. */
  rounds: 8,
  form: 'gradient',
  /** 0.3 gave 0.077 and 0.1 gave 0.067 on MovieLens-100K; 0.3 the same as 1 on the larger sets. */
  unobservedWeight: 1,
  /** Rendle et al. 2021, section 4.3: 1 scales with frequency, 0 is the plain ridge. */
  frequencyExponent: 1,
  /** Of a vector's length, as in Rendle et al. 2021: coordinates begin with this over the root of the dimension. */
  initialDeviation: 0.1,
  /** Above every norm seen, so that nothing is clipped where there is no noise: at most 60, with histories of 1,700 items. */
  clipNorm: 128,
  /** 0.4, 0.7, 1: Online Retail 0.099, 0.123, 0.137 (`last-basket` 0.106, 0.105, 0.101), MovieLens-100K 0.112, 0.125, 0.126. */
  recency: 0.7,
} as const);

export const ialsOptionsSchema = z.strictObject({
  /** Length of the user and item vectors. */
  dimension: z.int().min(1).max(1024).default(DEFAULTS.dimension),
  /** Rounds of training, after one that counts. */
  rounds: z.int().min(1).max(10_000).default(DEFAULTS.rounds),
  /**
   * `gradient`: a contribution is items x dimension long. `exact`: items x dimension (dimension + 3) / 2, for small
   * catalogues; the item vectors are then solved as in pooled ALS.
   */
  form: z.enum(['gradient', 'exact']).default(DEFAULTS.form),
  /** alpha0: the weight of every (user, item) pair, bought or not, beside the 1 of a bought one. */
  unobservedWeight: z.number().positive().max(1000).default(DEFAULTS.unobservedWeight),
  /**
   * lambda. Left out: `RIDGE` / items, so that a user's ridge comes to about `RIDGE` with whatever catalogue. The best of
   * those tried was 0.02 for 300 items, 0.01 for 700, 0.003 for 1,682, and 0.001 as good as 0.003 for 3,700.
   */
  regularisation: z.number().positive().optional(),
  /** nu: the ridge of a user with n items is lambda (n + alpha0 items)^nu, of an item with n buyers lambda (n + alpha0 users)^nu. */
  frequencyExponent: z.number().min(0).max(2).default(DEFAULTS.frequencyExponent),
  initialDeviation: z.number().positive().default(DEFAULTS.initialDeviation),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  ...historyWeightOptions(DEFAULTS.recency),
});

export type IalsOptions = z.output<typeof ialsOptionsSchema>;

/** What solving takes: the ridge is known once the size of the catalogue is. */
export interface SolveOptions {
  readonly dimension: number;
  readonly unobservedWeight: number;
  readonly regularisation: number;
  readonly frequencyExponent: number;
}

const RIDGE = 6;

export function solveOptions(options: IalsOptions, items: number): SolveOptions {
  return { ...options, regularisation: options.regularisation ?? RIDGE / items };
}
