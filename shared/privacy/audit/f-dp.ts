import { normalCdf } from '../accountants/special-functions.ts';
import { epsilonOfGaussian } from './gaussian.ts';
import { type Guesses, largestContradicted, largestOfRules } from './guesses.ts';
import type { AuditSettings } from './hypotheses.ts';
import { normalQuantile } from './normal-quantile.ts';
import type { CanaryScores } from './operating-points.ts';

/**
 * By how much so many right guesses contradict that the mechanism is mu-GDP, as hard to look through as the Gaussian
 * one of noise multiplier 1 / mu: above 0 they do (Mahloujifar, Melis and Chaudhuri 2024, arXiv 2410.22235, algorithm 3).
 */
function contradiction({ canaries, guesses, correct }: Guesses, mu: number, significance: number): number {
  let right = (significance * correct) / canaries;
  let wrong = (significance * (guesses - correct)) / canaries;
  for (let i = correct - 1; i >= 0; i--) {
    const grown = Math.max(wrong, normalCdf(normalQuantile(right) - mu));
    if (grown === wrong) break;
    right = Math.min(1, right + (i / (guesses - i)) * (grown - wrong));
    wrong = grown;
  }
  return right + wrong - guesses / canaries;
}

/** The epsilon at `delta` of the largest mu-GDP that so many right guesses contradict; 0 if they contradict none. */
export function fdpEpsilonLowerBound(guesses: Guesses, delta: number, significance: number): number {
  return epsilonOfGaussian(
    largestContradicted(mu => contradiction(guesses, mu, significance)),
    delta,
  );
}

/** A lower bound on epsilon from the scores of one training run, for mechanisms whose trade-off is the Gaussian's. */
export function auditOneRunFdp(scores: CanaryScores, settings: AuditSettings): number {
  return epsilonOfGaussian(largestOfRules(scores, settings, contradiction), settings.delta);
}
