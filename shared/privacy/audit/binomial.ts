import { brent, logBinomial } from '../accountants/special-functions.ts';

/** P[X = k] of a binomial X with so many trials of probability p, 0 < p < 1. */
export function binomialMass(k: number, trials: number, p: number): number {
  return Math.exp(logBinomial(trials, k) + k * Math.log(p) + (trials - k) * Math.log1p(-p));
}

/** P[X >= k]; relative accuracy where it is small. Sums from the near end of the smaller tail, in about sqrt(trials) terms. */
export function binomialTail(k: number, trials: number, p: number): number {
  if (k <= 0) return 1;
  if (k > trials) return 0;
  if (k <= trials * p) return 1 - binomialTail(trials - k + 1, trials, 1 - p);
  const odds = p / (1 - p);
  let term = binomialMass(k, trials, p);
  let tail = 0;
  for (let x = k; x <= trials && term > tail * Number.EPSILON; x++) {
    tail += term;
    term *= ((trials - x) / (x + 1)) * odds;
  }
  return tail;
}

/**
 * The upper bound on a probability that is wrong at most with probability `failure`, from k successes in so many trials
 * (Clopper and Pearson 1934): the p at which P[X <= k] = failure.
 */
export function binomialUpperBound(k: number, trials: number, failure: number): number {
  if (k >= trials) return 1;
  return brent(p => binomialTail(trials - k, trials, 1 - p) - failure, k / trials, 1, 1e-13);
}

/** The lower bound, likewise. */
export function binomialLowerBound(k: number, trials: number, failure: number): number {
  if (k <= 0) return 0;
  return brent(p => binomialTail(k, trials, p) - failure, 0, k / trials, 1e-13);
}
