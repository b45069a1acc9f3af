import { SettingsError } from '../../errors.ts';
import { UnsupportedMechanismError } from '../errors.ts';
import type { Adjacency, Mechanism } from '../mechanism.ts';
import { type AccountantName, epsilonOf } from './account.ts';

/** What a noise multiplier may stand above the smallest one that meets the target, relative. */
const TOLERANCE = 1e-4;

/** The search looks no lower than a hundredth (an epsilon of thousands) and no higher than 10^10. */
const LEAST_LOG_NOISE = Math.log(1e-2);
const MOST_LOG_NOISE = Math.log(1e10);

/** The longest step before both sides of the target are known: a factor of 7. */
const LONGEST_STEP = 2;

/** Slope of log epsilon against log noise to begin with: -1 for much noise, steeper for sampled cohorts with little. */
const FIRST_SLOPE = -1.5;

/**
 * The smallest noise multiplier, within 1e-4 relative, for which the epsilon of `mechanismWith(noiseMultiplier)` is not above the
 * target. More noise must never mean a larger epsilon. Never below 0.01, even where less would do.
 *
 * @throws SettingsError if no amount of noise meets the target: something else in the mechanism spends it.
 * @throws UnsupportedMechanismError as `epsilonOf`.
 */
export function noiseMultiplierFor(
  mechanismWith: (noiseMultiplier: number) => Mechanism,
  target: { readonly epsilon: number; readonly delta: number },
  accountant: AccountantName,
  adjacency: Adjacency,
): number {
  if (!(target.epsilon > 0)) throw new SettingsError(`epsilon is ${target.epsilon}. Aim for more than 0.`);
  const excess = (by: AccountantName) => (logNoise: number) =>
    Math.log(epsilonOf(mechanismWith(Math.exp(logNoise)), target.delta, by, adjacency) / target.epsilon);
  // A loss distribution takes a hundred times what Renyi curves take, so the search begins where theirs ends.
  const start = accountant === 'pld' ? startByRenyi(excess('rdp')) : 0;
  return Math.exp(leastLogNoise(excess(accountant), start));
}

function startByRenyi(excess: (logNoise: number) => number): number {
  try {
    return leastLogNoise(excess, 0);
  } catch (error) {
    if (error instanceof UnsupportedMechanismError || error instanceof SettingsError) return 0;
    throw error;
  }
}

interface Tried {
  readonly logNoise: number;
  readonly excess: number;
}

/**
 * The least argument at which `excess`, which falls, is not positive; or up to `TOLERANCE` above it. Secants that aim a
 * little beyond the root, so that a good one closes the bracket from the other side: about five evaluations in all.
 */
function leastLogNoise(excess: (logNoise: number) => number, start: number): number {
  let short: Tried | undefined;
  let enough: Tried | undefined;
  let last: Tried | undefined;
  let logNoise = start;
  for (let evaluation = 1; ; evaluation++) {
    const tried = { logNoise, excess: excess(logNoise) };
    if (tried.excess <= 0) enough = tried;
    else short = tried;
    const guess = secant(tried, last);
    last = tried;
    if (short !== undefined && enough !== undefined) {
      if (enough.logNoise - short.logNoise <= TOLERANCE) return enough.logNoise;
      const inside = guess > short.logNoise && guess < enough.logNoise && evaluation % 6 !== 0;
      logNoise = inside ? guess : (short.logNoise + enough.logNoise) / 2;
    } else if (enough !== undefined) {
      if (logNoise === LEAST_LOG_NOISE) return logNoise;
      const step = Number.isFinite(guess) ? Math.min(LONGEST_STEP, logNoise - guess) : LONGEST_STEP;
      logNoise = Math.max(LEAST_LOG_NOISE, logNoise - Math.max(step, TOLERANCE));
    } else {
      if (logNoise === MOST_LOG_NOISE) {
        throw new SettingsError(
          'No noise meets the target: what is released without it spends more. Aim for a larger epsilon.',
        );
      }
      const step = Number.isFinite(guess) ? Math.min(LONGEST_STEP, guess - logNoise) : LONGEST_STEP;
      logNoise = Math.min(MOST_LOG_NOISE, logNoise + Math.max(step, TOLERANCE));
    }
  }
}

/** Where the line through two points is zero, and four tenths of the tolerance beyond; not finite if it never is. */
function secant(tried: Tried, last: Tried | undefined): number {
  const slope = last === undefined ? FIRST_SLOPE : (tried.excess - last.excess) / (tried.logNoise - last.logNoise);
  return tried.logNoise - tried.excess / slope + 0.4 * TOLERANCE * Math.sign(tried.excess);
}
