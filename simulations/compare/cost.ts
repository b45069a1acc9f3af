/** The share of the final quality at which training counts as converged. */
const CONVERGED = 0.99;

/** What training costs a device that takes part in every round: payload bytes of frames, its greeting aside. */
export interface Cost {
  readonly rounds: number;
  /** Mean over the rounds. */
  readonly bytesPerRound: { readonly up: number; readonly down: number };
  /** After how many rounds quality reaches 99 % of what it is at the end. */
  readonly convergedRounds: number;
  /** Sent and received until then, with the model that came of it. */
  readonly convergedBytes: number;
}

/** What a round cost a device, and the size of the model after it. */
export interface RoundCost {
  readonly up: number;
  readonly down: number;
  readonly modelBytes: number;
}

/**
 * `qualityAfter` tells the quality after so many rounds, from 1. It is taken to rise, so that a binary search finds where
 * it passes 99 % of the last: an evaluation takes longer than a round.
 */
export function costOf(rounds: readonly RoundCost[], qualityAfter: (rounds: number) => number): Cost {
  const convergedRounds = convergence(rounds.length, qualityAfter);
  const total = (direction: 'up' | 'down', count: number): number =>
    rounds.slice(0, count).reduce((sum, round) => sum + round[direction], 0);
  const mean = (direction: 'up' | 'down'): number => total(direction, rounds.length) / Math.max(1, rounds.length);
  const modelBytes = rounds[convergedRounds - 1]?.modelBytes ?? 0;
  return {
    rounds: rounds.length,
    bytesPerRound: { up: mean('up'), down: mean('down') },
    convergedRounds,
    convergedBytes: total('up', convergedRounds) + total('down', convergedRounds) + modelBytes,
  };
}

function convergence(rounds: number, qualityAfter: (rounds: number) => number): number {
  if (rounds <= 1) return rounds;
  const enough = CONVERGED * qualityAfter(rounds);
  let [below, reached] = [0, rounds];
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    if (qualityAfter(middle) >= enough) reached = middle;
    else below = middle;
  }
  return reached;
}

/**
 * The yardstick: published federated recommenders exchange the item vectors, 32 floats of 4 bytes each, in both
 * directions in each of 100 rounds.
 */
export function publishedCost(items: number): Cost {
  const vectors = items * 32 * 4;
  return {
    rounds: 100,
    bytesPerRound: { up: vectors, down: vectors },
    convergedRounds: 100,
    convergedBytes: 100 * 2 * vectors,
  };
}
