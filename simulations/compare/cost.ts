import type { RoundLine } from '../runs/results.ts';

/** The share of the final quality at which training counts as converged. */
const CONVERGED = 0.99;

/** What training costs a device that takes part in every round: payload bytes of frames, its greeting aside. */
export interface Cost {
  readonly rounds: number;
  /** Mean over the rounds. */
  readonly bytesPerRound: { readonly up: number; readonly down: number };
  /** After how many rounds the NDCG@10 of the sampled users was first at least 99 % of what it is at the end. */
  readonly convergedRounds: number;
  /** Sent and received until then, with the model that came of it. */
  readonly convergedBytes: number;
}

/** From the lines of a run in memory that was evaluated after every round; abandoned rounds do not count. */
export function costOf(lines: readonly RoundLine[]): Cost {
  const rounds = lines.flatMap(({ outcome, metrics, bytesPerDevice, modelBytes }) =>
    outcome === 'done' && metrics && bytesPerDevice
      ? [{ ...bytesPerDevice, modelBytes, ndcg: metrics.full['ndcg@10'] }]
      : [],
  );
  const final = rounds.at(-1)?.ndcg ?? 0;
  const convergedRounds = rounds.findIndex(({ ndcg }) => ndcg >= CONVERGED * final) + 1;
  const total = (direction: 'up' | 'down', count: number): number =>
    rounds.slice(0, count).reduce((sum, round) => sum + round[direction], 0);
  const mean = (direction: 'up' | 'down'): number => total(direction, rounds.length) / Math.max(1, rounds.length);
  return {
    rounds: rounds.length,
    bytesPerRound: { up: mean('up'), down: mean('down') },
    convergedRounds,
    convergedBytes:
      total('up', convergedRounds) + total('down', convergedRounds) + (rounds[convergedRounds - 1]?.modelBytes ?? 0),
  };
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
