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

/** Where to begin, and the slope of log epsilon against log noise there. */
interface Guess {
  readonly logNoise: number;
  readonly slope: number;
}

/** The slope is -1 for much noise, and steeper for sampled cohorts with little. */
const FIRST_GUESS: Guess = { logNoise: 0, slope: -1.5 };

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
  const guess = accountant === 'pld' ? guessByRenyi(excess('rdp')) : FIRST_GUESS;
  return Math.exp(leastLogNoise(excess(accountant), guess));
}

function guessByRenyi(excess: (logNoise: number) => number): Guess {
  try {
    const logNoise = leastLogNoise(excess, FIRST_GUESS);
    const span = 0.1;
    return { logNoise, slope: (excess(logNoise) - excess(logNoise - span)) / span };
  } catch (error) {
    if (error instanceof UnsupportedMechanismError || error instanceof SettingsError) return FIRST_GUESS;
    throw error;
  }
}

interface Tried {
  readonly logNoise: number;
  readonly excess: number;
}

/**
 * The least argument at which `excess`, which falls, is not positive; or up to `TOLERANCE` above it. Secants that aim a
 * little beyond the root, so that a good one closes the bracket from the other side: seven evaluations or so. Each
 * eighth is a bisection, for functions that secants do not suit.
 */
function leastLogNoise(excess: (logNoise: number) => number, start: Guess): number {
  let short: Tried | undefined;
  let enough: Tried | undefined;
  let { logNoise, slope } = start;
  let last: Tried | undefined;
  for (let evaluation = 1; ; evaluation++) {
    const tried = { logNoise, excess: excess(logNoise) };
    if (tried.excess <= 0) enough = tried;
    else short = tried;
    if (last !== undefined) slope = (tried.excess - last.excess) / (tried.logNoise - last.logNoise);
    last = tried;
    const guess = logNoise - tried.excess / slope + 0.4 * TOLERANCE * Math.sign(tried.excess);
    if (short !== undefined && enough !== undefined) {
      if (enough.logNoise - short.logNoise <= TOLERANCE) return enough.logNoise;
      const inside = guess > short.logNoise && guess < enough.logNoise && evaluation % 8 !== 0;
      logNoise = inside ? guess : (short.logNoise + enough.logNoise) / 2;
    } else if (enough !== undefined) {
      if (logNoise === LEAST_LOG_NOISE) return logNoise;
      logNoise = Math.max(LEAST_LOG_NOISE, logNoise - stepOf(logNoise - guess));
    } else {
      if (logNoise === MOST_LOG_NOISE) {
        throw new SettingsError(
          'No noise meets the target: what is released without it spends more. Aim for a larger epsilon.',
        );
      }
      logNoise = Math.min(MOST_LOG_NOISE, logNoise + stepOf(guess - logNoise));
    }
  }
}

/** The way to a guess, if that lies ahead and not too far. */
function stepOf(distance: number): number {
  return distance > 0 && distance < LONGEST_STEP ? distance : LONGEST_STEP;
}
