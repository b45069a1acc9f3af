/** What a rule "score at least `threshold`: was in" says of the canaries of an audit. */
export interface OperatingPoint {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** An attack's scores of canaries, higher for those that it thinks were in. */
export interface CanaryScores {
  readonly included: Float64Array;
  readonly excluded: Float64Array;
}

/** The threshold chosen before the scores were seen, and how it fared. */
export function operatingPointAt({ included, excluded }: CanaryScores, threshold: number): OperatingPoint {
  const atLeast = (count: number, score: number) => count + (score >= threshold ? 1 : 0);
  return {
    threshold,
    truePositives: included.reduce(atLeast, 0),
    falsePositives: excluded.reduce(atLeast, 0),
  };
}

/**
 * The corners of the upper convex hull of the ROC curve, from the threshold that lets none pass to the one that lets all:
 * rules between them are no better than a coin flip between two corners.
 */
export function operatingPoints({ included, excluded }: CanaryScores): readonly OperatingPoint[] {
  const [positives, negatives] = [included.toSorted(), excluded.toSorted()];
  const thresholds = [...new Set([...positives, ...negatives])].sort((a, b) => b - a);
  const hull: OperatingPoint[] = [{ threshold: Infinity, truePositives: 0, falsePositives: 0 }];
  let [inBelow, outBelow] = [positives.length, negatives.length];
  for (const threshold of thresholds) {
    while (inBelow > 0 && positives[inBelow - 1]! >= threshold) inBelow--;
    while (outBelow > 0 && negatives[outBelow - 1]! >= threshold) outBelow--;
    const next = {
      threshold,
      truePositives: positives.length - inBelow,
      falsePositives: negatives.length - outBelow,
    };
    while (hull.length > 1 && !isCorner(hull.at(-2)!, hull.at(-1)!, next)) hull.pop();
    hull.push(next);
  }
  return hull;
}

/** Whether the curve bends down at b. */
function isCorner(a: OperatingPoint, b: OperatingPoint, c: OperatingPoint): boolean {
  const before = (b.truePositives - a.truePositives) * (c.falsePositives - b.falsePositives);
  const after = (c.truePositives - b.truePositives) * (b.falsePositives - a.falsePositives);
  return before > after;
}

/** The area under the hull: how likely it ranks a canary that was in above one that was not, at best. */
export function areaUnderCurve(points: readonly OperatingPoint[]): number {
  const all = points.at(-1)!;
  let area = 0;
  for (let k = 1; k < points.length; k++) {
    const [a, b] = [points[k - 1]!, points[k]!];
    area += ((b.falsePositives - a.falsePositives) * (a.truePositives + b.truePositives)) / 2;
  }
  return area / all.truePositives / all.falsePositives;
}

/** The largest true positive rate at a false positive rate, between corners by flipping a coin. */
export function truePositiveRateAt(points: readonly OperatingPoint[], falsePositiveRate: number): number {
  const all = points.at(-1)!;
  const wanted = falsePositiveRate * all.falsePositives;
  // Of corners with the same false positives the last has the most true ones.
  const right = points.findIndex(point => point.falsePositives > wanted);
  if (right === -1) return 1;
  const [a, b] = [points[right - 1]!, points[right]!];
  const share = (wanted - a.falsePositives) / (b.falsePositives - a.falsePositives);
  return (a.truePositives + share * (b.truePositives - a.truePositives)) / all.truePositives;
}

/**
 * log((TPR - delta) / FPR) at its best among rules with at least so many false positives: a guess without confidence,
 * to be shown beside the bounds and never as one.
 */
export function rawEpsilonEstimate(
  points: readonly OperatingPoint[],
  delta: number,
  leastFalsePositives: number,
): number {
  const all = points.at(-1)!;
  if (leastFalsePositives >= all.falsePositives) return 0;
  const estimate = (truePositiveRate: number, falsePositiveRate: number) =>
    truePositiveRate > delta ? Math.log((truePositiveRate - delta) / falsePositiveRate) : 0;
  const least = leastFalsePositives / all.falsePositives;
  const estimates = points
    .filter(point => point.falsePositives >= leastFalsePositives)
    .map(point => estimate(point.truePositives / all.truePositives, point.falsePositives / all.falsePositives));
  return Math.max(0, estimate(truePositiveRateAt(points, least), least), ...estimates);
}
