import type { Metrics } from '../evaluation/evaluate.ts';
import { privacyText } from '../runs/privacy-text.ts';
import type { RunSummary } from '../runs/results.ts';
import type { VirtualTimeSummary } from '../virtual-time/virtual-time.ts';
import { bytesText, countText, durationText, figureTable } from './table.ts';

/** What `simulate` prints at its end. */
export function summaryText(summary: RunSummary, folder: string): string {
  return [heading(summary), metricsTable(summary), ...notes(summary), `run folder: ${folder}`].join('\n');
}

function heading({ learner, data, seed, transport, rounds }: RunSummary): string {
  const { name, users, items, interactions } = data;
  const counts = `${countText(users)} users, ${countText(items)} items, ${countText(interactions)} pairs`;
  return `${learner} on ${name} (${counts}), ${rounds} rounds over ${transport}, seed ${seed}`;
}

function metricsTable({ learner, metrics, baselines }: RunSummary): string {
  const rows = [
    ['popularity, pooled', baselines.popularity],
    [`${learner}, federated`, metrics],
    [`${learner}, pooled`, baselines.pooled],
    ['EASE, pooled', baselines.ease],
  ] as const;
  return figureTable(
    ['', 'HR@10', 'NDCG@10', 'Recall@20', 'MRR', 'HR@10 of 100', 'NDCG@10 of 100'],
    rows.flatMap(([name, found]) => (found ? [[name, ...figures(found)]] : [])),
  );
}

function figures({ full, sampled }: Metrics): string[] {
  const values = [full['hr@10'], full['ndcg@10'], full['recall@20'], full.mrr, sampled['hr@10'], sampled['ndcg@10']];
  return values.map(value => value.toFixed(4));
}

function notes(summary: RunSummary): string[] {
  const { metrics, baselines, evaluatedUsers, holdout, devicesPerSecond, bytes, privacy, seconds } = summary;
  const lines = [
    `${countText(evaluatedUsers)} users evaluated on their ${holdout.replace('-', ' ')}, against the whole catalogue and among 100`,
  ];
  if (metrics !== null && baselines.pooled !== undefined) {
    const share = metrics.full['ndcg@10'] / baselines.pooled.full['ndcg@10'];
    lines.push(`keeping data apart: ${(100 * share).toFixed(1)} % of the pooled learner's NDCG@10`);
  }
  lines.push(
    `training: ${seconds.toFixed(1)} s, ${countText(Math.round(devicesPerSecond))} devices/s, ${bytesText(bytes.up)} up, ${bytesText(bytes.down)} down`,
  );
  if (summary.abandonedRounds > 0) lines.push(`abandoned rounds: ${summary.abandonedRounds}`);
  if (summary.virtualTime !== null) lines.push(virtualTimeText(summary.virtualTime));
  return [...lines, ...privacyText(privacy)];
}

function virtualTimeText({ durationMs, roundMs, deviceMs, wasted }: VirtualTimeSummary): string {
  const rounds =
    roundMs === null
      ? 'no round was folded'
      : `a round ${durationText(roundMs.median)} (median; ${durationText(roundMs.p90)} at the 90th percentile)`;
  const worked = durationText(Object.values(deviceMs).reduce((sum, ms) => sum + ms, 0));
  return `virtual time: ${durationText(durationMs)}, ${rounds}; devices worked ${worked}, ${(100 * wasted).toFixed(1)} % of it wasted`;
}
