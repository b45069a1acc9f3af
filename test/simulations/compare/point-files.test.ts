import Papa from 'papaparse';
import { expect, it } from 'vitest';
import type { Point } from '../../../simulations/compare/comparison.ts';
import { meanOf } from '../../../simulations/compare/mean.ts';
import { pointsCsv } from '../../../simulations/compare/point-files.ts';

const POINT = {
  name: 'mf, federated',
  data: 'synthetic:users=60,items=50',
  baseline: null,
  learner: 'mf',
  trust: 'local',
  epsilon: 2,
  clipNorm: null,
  cohort: 'all',
  settings: { trace: 'a "quoted"\nname' },
  seeds: [1, 2],
  runs: ['a', 'b'],
  code: ['c'],
  users: 56,
  metrics: {
    full: { 'hr@10': 0.5, 'ndcg@10': 0.25, 'recall@20': 0.75, mrr: 0.125 },
    sampled: { 'hr@10': 0.875, 'ndcg@10': 0.625 },
  },
  quality: { 'ndcg@10': { mean: 0.25, low: 0.2, high: 0.3 }, 'hr@10': { mean: 0.5, low: 0.4, high: 0.6 } },
  difference: null,
  historyLength: [],
  federated: null,
} satisfies Point;

it('writes points as CSV that others read', () => {
  const { data, errors } = Papa.parse<Record<string, string>>(
    pointsCsv([POINT, { ...POINT, settings: { 'mf.dimension': 8 } }]),
    { header: true, skipEmptyLines: true },
  );
  expect(errors).toEqual([]);
  expect(data).toHaveLength(2);
  expect(data[0]).toMatchObject({
    data: 'synthetic:users=60,items=50',
    baseline: '',
    epsilon: '2',
    cohort: 'all',
    trace: 'a "quoted"\nname',
    'mf.dimension': '',
    seeds: '1 2',
    'ndcg@10': '0.25',
    'ndcg@10 low': '0.2',
    'ndcg@10 high': '0.3',
    'difference to': '',
    runs: 'a b',
  });
  expect(data[1]).toMatchObject({ trace: '', 'mf.dimension': '8' });
});

it('takes means number by number, and the first of what is none', () => {
  const documents = [
    { a: 1, b: { c: [2, { d: 'all', e: 3 }] }, f: null },
    { a: 2, b: { c: [4, { d: 'none', e: 9 }] }, f: null },
  ];
  expect(meanOf(documents)).toEqual({ a: 1.5, b: { c: [3, { d: 'all', e: 6 }] }, f: null });
});
