import * as z from 'zod';
import { historyWeightOptions, popularityPriorOption } from '../history-weights.ts';

const DEFAULTS = Object.freeze({
  /**
   * A history of n items has pairs of norm sqrt(n (n + 1) / 2) at most: up to 2,895 items count in full (Online
   * Retail's largest has 1,786). A power of two, so that counts lie on the round's integer grid and add up exactly.
   */
  clipNorm: 2048,
  proximity: 0,
  together: 10,
});

export const easeOptionsSchema = z.strictObject({
  /**
   * The ridge. Left out: the mean of the diagonal, which is how many devices bought the average item. On validation items
   * NDCG@10 was the best (MovieLens-1M) or within 1 % of the best (MovieLens-100K, Online Retail) among 1/4 to 8 times that.
   */
  lambda: z.number().positive().optional(),
  /**
   * Two items bought n items apart count (1 + n)^-proximity in the contribution: pairs bought close together say more.
   * 0 is EASE as published; 0.2 gave 3 % more NDCG@10 on Online Retail and 1 % on MovieLens-100K.
   */
  proximity: z.number().min(0).max(4).default(DEFAULTS.proximity),
  /**
   * Publishes items x rank factors instead of items x items weights: less to send to devices, and less good. Left out:
   * the exact weights.
   */
  rank: z.int().min(1).max(4096).optional(),
  /** How many partners of each item are published as frequently bought together; 0 for none. */
  together: z.int().min(0).max(1000).default(DEFAULTS.together),
  /** L2 bound of one device's contribution. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
  ...historyWeightOptions(),
  ...popularityPriorOption,
});

export type EaseOptions = z.output<typeof easeOptionsSchema>;
