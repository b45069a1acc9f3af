import { binomialLowerBound, binomialUpperBound } from '../../shared/privacy/audit/binomial.ts';
import type { Random } from '../../shared/random/random.ts';

/** A mechanism on two neighbouring inputs, each release boiled down to one number. */
export interface Neighbours {
  withUser(random: Random): number;
  withoutUser(random: Random): number;
}

export interface Trial {
  readonly delta: number;
  /** Releases of either neighbour. */
  readonly runs: number;
  readonly random: Random;
}

/** The bound of a correct mechanism passes its true epsilon once in so many trials. */
const FAILURE = 1e-6;
/** Thresholds tried on the first half of the runs. */
const THRESHOLDS = 400;

/**
 * A lower bound on the epsilon of a mechanism at `delta`, right but once in a million times: some event (a release above, or
 * below, a threshold) has probabilities P and Q with and without the user, and P <= e^epsilon Q + delta either way round.
 * The event is picked on the first half of the runs, and Clopper-Pearson bounds on P and Q come from the second.
 */
export function epsilonLowerBound(neighbours: Neighbours, { delta, runs, random }: Trial): number {
  const half = runs >> 1;
  const draw = (release: (random: Random) => number) =>
    Float64Array.from({ length: half }, () => release(random)).sort();
  const inputs = [neighbours.withUser.bind(neighbours), neighbours.withoutUser.bind(neighbours)] as const;
  const [first, second] = [inputs.map(draw), inputs.map(draw)] as const;

  let best = { estimate: 0, threshold: 0, above: true, numerator: 0 };
  for (let k = 1; k < THRESHOLDS; k++) {
    for (const samples of first) {
      // Denser toward the ends, where the rare events are that tell most.
      const level = (1 - Math.cos((Math.PI * k) / THRESHOLDS)) / 2;
      const threshold = samples[Math.floor(level * half)]!;
      for (const above of [true, false]) {
        for (const numerator of [0, 1]) {
          const p = pessimistic(countOf(first[numerator]!, threshold, above), half, -1);
          const q = pessimistic(countOf(first[1 - numerator]!, threshold, above), half, 1);
          const estimate = Math.log((p - delta) / q);
          if (estimate > best.estimate) best = { estimate, threshold, above, numerator };
        }
      }
    }
  }
  if (best.estimate === 0) return 0;
  const successes = second.map(samples => countOf(samples, best.threshold, best.above));
  const p = binomialLowerBound(successes[best.numerator]!, half, FAILURE / 2);
  const q = binomialUpperBound(successes[1 - best.numerator]!, half, FAILURE / 2);
  return p > delta ? Math.max(0, Math.log((p - delta) / q)) : 0;
}

/** How many of the sorted samples are at or above the threshold, or below it. */
function countOf(sorted: Float64Array, threshold: number, above: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return above ? sorted.length - low : low;
}

/** A frequency moved by about what the bound will lose: enough to compare events by. */
function pessimistic(successes: number, trials: number, direction: 1 | -1): number {
  const deviations = 5;
  return (successes + direction * deviations * Math.sqrt(successes + 1) + (direction > 0 ? 12 : 0)) / trials;
}
