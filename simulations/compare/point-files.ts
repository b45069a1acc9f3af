import { type Cell, csvOf } from '../runs/csv-text.ts';
import type { Estimate } from '../statistics/interval.ts';
import type { Point } from './comparison.ts';

/** `points.jsonl`: a point a line, as in `comparison.json`. */
export function pointsJsonl(points: readonly Point[]): string {
  return points.map(point => `${JSON.stringify(point)}\n`).join('');
}

/** `points.csv`: a point a row; a column for each axis of the study that has none of its own. Empty: there is no such thing. */
export function pointsCsv(points: readonly Point[]): string {
  const axes = Array.from(new Set(points.flatMap(({ settings }) => Object.keys(settings))));
  const rows = points.map(point => cellsOf(point, axes));
  const columns = Object.keys(rows[0] ?? {});
  return csvOf({ columns, rows: rows.map(row => columns.map(name => row[name])) });
}

function cellsOf(point: Point, axes: readonly string[]): Record<string, Cell> {
  const { metrics, quality, difference, federated } = point;
  const privacy = federated?.privacy;
  return {
    data: point.data,
    baseline: point.baseline,
    learner: point.learner,
    trust: point.trust,
    epsilon: point.epsilon,
    clipNorm: point.clipNorm,
    cohort: point.cohort,
    ...Object.fromEntries(axes.map(axis => [axis, point.settings[axis]])),
    seeds: point.seeds.join(' '),
    users: point.users,
    ...estimateCells('ndcg@10', quality['ndcg@10']),
    ...estimateCells('hr@10', quality['hr@10']),
    'recall@20': metrics.full['recall@20'],
    mrr: metrics.full.mrr,
    'sampled hr@10': metrics.sampled['hr@10'],
    'sampled ndcg@10': metrics.sampled['ndcg@10'],
    'difference to': difference?.to,
    ...estimateCells('difference ndcg@10', difference?.['ndcg@10']),
    ...estimateCells('difference hr@10', difference?.['hr@10']),
    ...estimateCells('ratio ndcg@10', difference?.ratio),
    rounds: federated?.rounds,
    'bytes up a round': federated?.bytesPerRound.up,
    'bytes down a round': federated?.bytesPerRound.down,
    delta: privacy?.delta,
    'noise multiplier': privacy?.noiseMultiplier,
    adjacency: privacy?.adjacency,
    accountant: privacy?.accountant,
    sampling: privacy?.sampling,
    code: point.code.join(' '),
    runs: point.runs.join(' '),
  };
}

function estimateCells(name: string, estimate: Estimate | null | undefined): Record<string, Cell> {
  return { [name]: estimate?.mean, [`${name} low`]: estimate?.low, [`${name} high`]: estimate?.high };
}
