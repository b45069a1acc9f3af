import { describe, expect, it } from 'vitest';
import { costOf, publishedCost } from '../../../simulations/compare/cost.ts';
import type { RoundLine } from '../../../simulations/runs/results.ts';

/** A round whose figures differ from all others': up 1,000 + round, down 2,000 + round, model 100 times the round. */
function line(round: number, ndcg: number, outcome: 'done' | 'abandoned' = 'done'): RoundLine {
  return {
    round,
    learnerRound: round - 1,
    phase: 'train',
    outcome,
    asked: 3,
    counted: 3,
    declined: 0,
    left: 0,
    released: 0,
    answers: { counted: 3, duplicate: 0, late: 0, stale: 0, unasked: 0 },
    startedAtMs: 0,
    recruitingMs: 0,
    trainingMs: 0,
    foldingMs: 0,
    model: '',
    modelBytes: 100 * round,
    bytesPerDevice: { up: 1_000 + round, down: 2_000 + round },
    ...(outcome === 'done' && {
      metrics: {
        full: { 'hr@10': 0, 'ndcg@10': ndcg, 'recall@20': 0, mrr: 0 },
        sampled: { 'hr@10': 0, 'ndcg@10': 0 },
      },
    }),
  };
}

describe('cost', () => {
  it('converges in the first round with 99 % of the last NDCG@10, and weighs the model that came of it', () => {
    const cost = costOf([line(1, 0.05), line(2, 0.0989), line(3, 0.09901), line(4, 0.12), line(5, 0.1)]);
    expect(cost).toEqual({
      rounds: 5,
      bytesPerRound: { up: 1_003, down: 2_003 },
      convergedRounds: 3,
      convergedBytes: 1_001 + 1_002 + 1_003 + 2_001 + 2_002 + 2_003 + 300,
    });
  });

  it('does not count abandoned rounds', () => {
    expect(costOf([line(1, 0.05), line(2, 0, 'abandoned'), line(3, 0.1)])).toEqual({
      rounds: 2,
      bytesPerRound: { up: 1_002, down: 2_002 },
      convergedRounds: 2,
      convergedBytes: 1_001 + 1_003 + 2_001 + 2_003 + 300,
    });
  });

  it('is nothing without rounds', () => {
    const nothing = { rounds: 0, bytesPerRound: { up: 0, down: 0 }, convergedRounds: 0, convergedBytes: 0 };
    expect(costOf([])).toEqual(nothing);
  });

  it('of the published systems on MovieLens-100K is 43 MB a device', () => {
    expect(publishedCost(1_682)).toEqual({
      rounds: 100,
      bytesPerRound: { up: 215_296, down: 215_296 },
      convergedRounds: 100,
      convergedBytes: 43_059_200,
    });
  });
});
