import { binomialUpperBound } from './binomial.ts';
import { type AuditSettings, hypotheses } from './hypotheses.ts';
import type { CanaryScores } from './operating-points.ts';

/** Upper bounds on the rates at which a rule takes others for members, and members for others. */
export interface ErrorRates {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** Of each rule that the settings allow, by Clopper and Pearson; all right together but for `significance`. */
export function errorRateBounds(scores: CanaryScores, settings: AuditSettings): ErrorRates[] {
  const [members, others] = [scores.included.length, scores.excluded.length];
  const { points, significance } = hypotheses(scores, settings);
  return points.map(({ truePositives, falsePositives }) => ({
    falsePositive: binomialUpperBound(falsePositives, others, significance / 2),
    falseNegative: binomialUpperBound(members - truePositives, members, significance / 2),
  }));
}

/**
 * A lower bound on epsilon (Jagielski, Ullman and Oprea 2020, arXiv 2006.07709): a rule that finds members at a rate TPR,
 * and takes others for them at a rate FPR, has TPR <= e^epsilon FPR + delta. The scores must be independent of each
 * other, as they are from a run each; of many canaries in one run it is an estimate.
 */
export function auditErrorRates(scores: CanaryScores, settings: AuditSettings): number {
  const bounds = errorRateBounds(scores, settings).map(({ falsePositive, falseNegative }) => {
    const certain = 1 - falseNegative - settings.delta;
    return certain > 0 ? Math.log(certain / falsePositive) : 0;
  });
  return Math.max(0, ...bounds);
}
