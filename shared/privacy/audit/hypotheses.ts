import { type CanaryScores, type OperatingPoint, operatingPointAt, operatingPoints } from './operating-points.ts';

/** How an audit's bound is stated. */
export interface AuditSettings {
  readonly delta: number;
  /** How likely the bound may be wrong. */
  readonly significance: number;
  /**
   * The threshold that tells members, chosen before the scores were seen. Without it, all corners of the ROC curve are
   * tried, each at `significance` over their number (Bonferroni, as jax_privacy does it). Which rules are corners is seen
   * from the scores, so only a threshold from beforehand makes the bound a proof.
   */
  readonly threshold?: number;
}

/** The rules that an audit tries, and the significance of each. */
export function hypotheses(
  scores: CanaryScores,
  { significance, threshold }: AuditSettings,
): { readonly points: readonly OperatingPoint[]; readonly significance: number } {
  if (threshold !== undefined) return { points: [operatingPointAt(scores, threshold)], significance };
  const points = operatingPoints(scores);
  return { points, significance: significance / points.length };
}
