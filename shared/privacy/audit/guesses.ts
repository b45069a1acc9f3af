import { brent } from '../accountants/special-functions.ts';
import { binomialLowerBound } from './binomial.ts';
import { type AuditSettings, hypotheses } from './hypotheses.ts';
import type { CanaryScores } from './operating-points.ts';

/** How an attacker fared who guesses of some canaries that they were in, and abstains on the rest. */
export interface Guesses {
  readonly canaries: number;
  readonly guesses: number;
  readonly correct: number;
}

/** Above 0 where guesses contradict, at a significance, that a mechanism is as private as a level of 0 or more says. */
export type Doubt = (guesses: Guesses, level: number, significance: number) => number;

/** The largest level that is contradicted; `least` if none above it is. Doubt falls as the level rises. */
export function largestContradicted(doubt: (level: number) => number, least = 0): number {
  if (!(doubt(least) > 0)) return least;
  let low = least;
  let high = Math.max(1, 2 * least);
  while (doubt(high) > 0) {
    low = high;
    high *= 2;
  }
  return brent(doubt, low, high, 1e-12);
}

/** The largest level that any of the rules contradicts which the settings allow. */
export function largestOfRules(scores: CanaryScores, settings: AuditSettings, doubt: Doubt): number {
  const canaries = scores.included.length + scores.excluded.length;
  const { points, significance } = hypotheses(scores, settings);
  // The most promising first, so that the others fall at the first test.
  const candidates = points
    .filter(({ truePositives, falsePositives }) => truePositives > falsePositives)
    .map(({ truePositives: correct, falsePositives }) => ({ canaries, guesses: correct + falsePositives, correct }))
    .map(guesses => ({ guesses, promise: binomialLowerBound(guesses.correct, guesses.guesses, significance) }))
    .sort((a, b) => b.promise - a.promise);
  return candidates.reduce(
    (best, { guesses }) => largestContradicted(level => doubt(guesses, level, significance), best),
    0,
  );
}
