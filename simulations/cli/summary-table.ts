import Table from 'cli-table3';
import type { Metrics } from '../evaluation/evaluate.ts';
import type { RunSummary } from '../runs/results.ts';

const number = new Intl.NumberFormat('en-US');

/** What `simulate` prints at its end. */
export function summaryText(summary: RunSummary, folder: string): string {
  return [heading(summary), metricsTable(summary), ...notes(summary), `run folder: ${folder}`].join('\n');
}

function heading({ learner, data, seed, transport, rounds }: RunSummary): string {
  const { name, users, items, interactions } = data;
  const counts = `${number.format(users)} users, ${number.format(items)} items, ${number.format(interactions)} pairs`;
  return `${learner} on ${name} (${counts}), ${rounds} rounds over ${transport}, seed ${seed}`;
}

function metricsTable({ learner, metrics, baselines }: RunSummary): string {
  const table = new Table({
    head: ['', 'HR@10', 'NDCG@10', 'Recall@20', 'MRR', 'HR@10 of 100', 'NDCG@10 of 100'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  const add = (name: string, row: Metrics | null | undefined): void => {
    if (row === null || row === undefined) return;
    const { full, sampled } = row;
    const values = [full['hr@10'], full['ndcg@10'], full['recall@20'], full.mrr, sampled['hr@10'], sampled['ndcg@10']];
    table.push([name, ...values.map(value => value.toFixed(4))]);
  };
  add('popularity, pooled', baselines.popularity);
  add(`${learner}, federated`, metrics);
  add(`${learner}, pooled`, baselines.pooled);
  add('EASE, pooled', baselines.ease);
  return table.toString();
}

function notes(summary: RunSummary): string[] {
  const { metrics, baselines, evaluatedUsers, holdout, devicesPerSecond, bytes, privacy, seconds } = summary;
  const lines = [
    `${number.format(evaluatedUsers)} users evaluated on their ${holdout.replace('-', ' ')}, against the whole catalogue and among 100`,
  ];
  if (metrics !== null && baselines.pooled !== undefined) {
    const share = metrics.full['ndcg@10'] / baselines.pooled.full['ndcg@10'];
    lines.push(`keeping data apart: ${(100 * share).toFixed(1)} % of the pooled learner's NDCG@10`);
  }
  lines.push(
    `training: ${seconds.toFixed(1)} s, ${number.format(Math.round(devicesPerSecond))} devices/s, ${traffic(bytes.up)} up, ${traffic(bytes.down)} down`,
  );
  if (summary.abandonedRounds > 0) lines.push(`abandoned rounds: ${summary.abandonedRounds}`);
  if (privacy.epsilon === null) {
    lines.push(
      'privacy: no noise was added, so no epsilon is promised; the coordinator sees each clipped contribution',
    );
  }
  return lines;
}

function traffic(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
