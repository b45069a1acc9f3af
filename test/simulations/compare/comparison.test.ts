import { expect, it } from 'vitest';
import { belowPopularity, tablesOf } from '../../../simulations/compare/comparison.ts';
import type { Job } from '../../../simulations/compare/jobs.ts';
import type { JobResult } from '../../../simulations/compare/result.ts';
import type { RunSummary } from '../../../simulations/runs/results.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';

function result(contender: string, seed: number, ndcg: readonly [one: number, all: number]): JobResult {
  const job: Job = { name: `${contender} ${seed}`, contender, kind: 'run', settings: simulateSettings({ seed }) };
  const quality = (value: number) => ({ users: 40, 'hr@10': value * 2, 'ndcg@10': value });
  return {
    job,
    metrics: {
      full: { 'hr@10': 0, 'ndcg@10': ndcg[1], 'recall@20': seed, mrr: 0 },
      sampled: { 'hr@10': 0, 'ndcg@10': 0 },
    },
    historyLength: [{ from: 1, to: 5, ...quality(ndcg[1]) }],
    recentItems: [
      { recentItems: 1, ...quality(ndcg[0]) },
      { recentItems: 'all', ...quality(ndcg[1]) },
    ],
    ...(contender.endsWith('federated') && {
      run: {
        summary: { seconds: 8 * seed } as RunSummary,
        cost: { rounds: 4, bytesPerRound: { up: 10 * seed, down: 20 }, convergedRounds: seed, convergedBytes: 30 },
      },
    }),
  };
}

const RESULTS = [
  result('popularity, pooled', 1, [0.125, 0.25]),
  result('a, federated', 1, [0.0625, 0.5]),
  result('a, federated', 2, [0.1875, 0.5]),
  result('a, federated', 4, [0.25, 0.75]),
  result('b, federated', 1, [0.5, 0.25]),
  result('b, federated', 2, [0.5, 0.125]),
];

it('gives each figure over the seeds of a contender', () => {
  const { quality, recentItems, historyLength, cost } = tablesOf(RESULTS);
  expect(quality.map(({ contender, seeds }) => [contender, seeds])).toEqual([
    ['popularity, pooled', 1],
    ['a, federated', 3],
    ['b, federated', 2],
  ]);
  expect(quality[1]!.full['recall@20']).toEqual({ mean: 7 / 3, min: 1, max: 4 });
  expect(recentItems[1]!.lengths).toEqual([
    {
      recentItems: 1,
      users: 40,
      'hr@10': { mean: 1 / 3, min: 0.125, max: 0.5 },
      'ndcg@10': { mean: 1 / 6, min: 0.0625, max: 0.25 },
    },
    {
      recentItems: 'all',
      users: 40,
      'hr@10': { mean: 7 / 6, min: 1, max: 1.5 },
      'ndcg@10': { mean: 7 / 12, min: 0.5, max: 0.75 },
    },
  ]);
  expect(historyLength[2]!.groups).toEqual([
    {
      from: 1,
      to: 5,
      users: 40,
      'hr@10': { mean: 0.375, min: 0.25, max: 0.5 },
      'ndcg@10': { mean: 0.1875, min: 0.125, max: 0.25 },
    },
  ]);
  const constant = (value: number) => ({ mean: value, min: value, max: value });
  expect(cost.map(({ contender }) => contender)).toEqual(['a, federated', 'b, federated']);
  expect(cost[1]).toEqual({
    contender: 'b, federated',
    rounds: constant(4),
    bytesPerRound: { up: { mean: 15, min: 10, max: 20 }, down: constant(20) },
    convergedRounds: { mean: 1.5, min: 1, max: 2 },
    convergedBytes: constant(30),
    seconds: { mean: 12, min: 8, max: 16 },
  });
});

it('says where a learner falls below popularity in the mean', () => {
  expect(belowPopularity(tablesOf(RESULTS))).toEqual([{ contender: 'b, federated', lengths: ['all'] }]);
});
