import * as z from 'zod';
import type { Mechanism } from '../../shared/privacy/mechanism.ts';

const positive = z.number().positive();
const count = z.int().positive();
const noiseMultiplier = positive;
const l1Sensitivity = positive;
const l2Sensitivity = positive;

const strategy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('identity') }),
  z.strictObject({ type: z.literal('toeplitz') }),
  z.strictObject({ type: z.literal('banded'), coefficients: z.array(z.number()) }),
  z.strictObject({ type: z.literal('blt'), decays: z.array(z.number()), scales: z.array(z.number()) }),
]);

const runs = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('negative-binomial'), eta: z.number().gt(-1), gamma: positive.max(1) }),
  z.strictObject({ type: z.literal('poisson'), mean: positive }),
]);

/** What a file may say that was released; accountants check what fits together. */
export const mechanismSchema: z.ZodType<Mechanism> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('gaussian'), noiseMultiplier }),
    z.strictObject({ type: z.literal('laplace'), noiseMultiplier }),
    z.strictObject({ type: z.literal('discrete-gaussian'), sigma: positive, sensitivity: positive, dimension: count }),
    z.strictObject({ type: z.literal('discrete-laplace'), noiseParameter: positive, sensitivity: positive }),
    z.strictObject({
      type: z.literal('distributed-discrete-gaussian'),
      clientSigma: positive,
      clients: count,
      l1Sensitivity,
      l2Sensitivity,
      dimension: count,
    }),
    z.strictObject({ type: z.literal('skellam'), variance: positive, l1Sensitivity, l2Sensitivity }),
    z.strictObject({ type: z.literal('randomized-response'), noiseParameter: positive, buckets: count }),
    z.strictObject({
      type: z.literal('matrix-factorization'),
      strategy,
      steps: count,
      minSeparation: count,
      maxParticipations: count,
      noiseMultiplier,
    }),
    z.strictObject({
      type: z.literal('poisson-sampled'),
      samplingRate: positive.max(1),
      cap: z.strictObject({ cohort: count, population: count }).exactOptional(),
      mechanism: mechanismSchema,
    }),
    z.strictObject({
      type: z.literal('sampled-without-replacement'),
      population: count,
      cohort: count,
      mechanism: mechanismSchema,
    }),
    z.strictObject({ type: z.literal('repeated'), mechanism: mechanismSchema, count }),
    z.strictObject({ type: z.literal('composed'), mechanisms: z.array(mechanismSchema) }),
    z.strictObject({ type: z.literal('private-selection'), candidates: z.array(mechanismSchema).min(1), runs }),
  ]),
);
