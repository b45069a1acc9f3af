import { logBinomial } from '../special-functions.ts';

/** P[X >= least] of `trials` trials that succeed with probability `rate`: never below the truth. */
export function binomialUpperTail(least: number, trials: number, rate: number): number {
  if (least > trials) return 0;
  if (least <= 0 || rate === 1) return 1;
  const odds = rate / (1 - rate);
  // What lies 30 standard deviations below the mean does not count.
  const spread = 30 * Math.sqrt(trials * rate * (1 - rate)) + 30;
  const first = Math.max(least, Math.floor(trials * rate - spread));
  const logs = [logBinomial(trials, first), first * Math.log(rate), (trials - first) * Math.log1p(-rate)] as const;
  const rounding = 4 * Number.EPSILON * (1 + logs[0] - logs[1] - logs[2]);
  let term = Math.exp(logs[0] + logs[1] + logs[2]);
  let sum = 0;
  for (let k = first; k <= trials && (k <= trials * rate || term > sum * 1e-18); k++) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * odds;
  }
  return Math.min(1, sum * (1 + rounding + 1e-13));
}
