import { binomialMass, binomialTail } from './binomial.ts';
import { type Guesses, largestContradicted, largestOfRules } from './guesses.ts';
import type { AuditSettings } from './hypotheses.ts';
import type { CanaryScores } from './operating-points.ts';

/**
 * How likely an (epsilon, delta) mechanism lets so many guesses be right (Steinke, Nasr and Jagielski 2023, arXiv
 * 2305.08846, theorem 5.2): of m canaries, each included by a fair coin, the attacker guesses some and abstains on the rest.
 */
export function oneRunPValue({ canaries, guesses, correct }: Guesses, epsilon: number, delta: number): number {
  const p = 1 / (1 + Math.exp(-epsilon));
  const tail = binomialTail(correct, guesses, p);
  if (delta === 0 || correct === 0) return tail;
  let mass = binomialMass(correct - 1, guesses, p);
  let below = 0;
  let steepest = 0;
  for (let i = 1; i <= correct; i++) {
    below += mass;
    steepest = Math.max(steepest, below / i);
    const k = correct - i;
    mass *= (k / (guesses - k + 1)) * Math.exp(-epsilon);
  }
  return Math.min(1, tail + 2 * canaries * delta * steepest);
}

/** The largest epsilon that so many right guesses contradict; 0 if they contradict none. */
export function oneRunEpsilonLowerBound(guesses: Guesses, delta: number, significance: number): number {
  return largestContradicted(epsilon => significance - oneRunPValue(guesses, epsilon, delta));
}

/** A lower bound on epsilon from the scores of one training run. Loose by construction, and valid for any mechanism. */
export function auditOneRun(scores: CanaryScores, settings: AuditSettings): number {
  return largestOfRules(
    scores,
    settings,
    (guesses, epsilon, significance) => significance - oneRunPValue(guesses, epsilon, settings.delta),
  );
}
