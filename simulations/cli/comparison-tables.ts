import { belowPopularity, type Comparison, type Tables } from '../compare/comparison.ts';
import type { Cost } from '../compare/cost.ts';
import type { Spread } from '../compare/spread.ts';
import { bytesText, countText, figureTable } from './table.ts';

/** What `compare` prints at its end. */
export function comparisonText(comparison: Comparison, folder: string): string {
  const { data, evaluatedUsers, holdout, failed, results } = comparison;
  const counts = `${countText(data.users)} users, ${countText(data.items)} items, ${countText(data.interactions)} pairs`;
  const parts = [
    `${data.name} (${counts}), ${countText(evaluatedUsers)} users evaluated on their ${holdout.replace('-', ' ')}; means over the seeds`,
  ];
  if (results.length > 0) {
    parts.push(
      qualityTable(comparison),
      '\nNDCG@10 of devices that know only the last items of their history (of users with at least as many)',
      recentItemsTable(comparison),
      popularityNote(comparison),
      '\nNDCG@10 by the number of items that a user was trained on',
      historyLengthTable(comparison),
    );
  }
  if (comparison.cost.length > 0) {
    parts.push(
      '\nCost for a device that takes part in every round; converged: at 99 % of the final NDCG@10',
      costTable(comparison),
    );
  }
  const failures = failed.map(({ job, error }) => `${job.contender} failed: ${error.message}`);
  parts.push(...new Set(failures));
  if (comparison.status === 'interrupted') parts.push('interrupted: these are the runs that had finished');
  return [...parts, `runs: ${folder}`].join('\n');
}

function qualityTable({ quality }: Tables): string {
  return figureTable(
    ['', 'seeds', 'HR@10', 'NDCG@10', 'min to max', 'Recall@20', 'MRR', 'HR@10 of 100', 'NDCG@10 of 100'],
    quality.map(({ contender, seeds, full, sampled }) => [
      contender,
      String(seeds),
      ratio(full['hr@10']),
      ratio(full['ndcg@10']),
      seeds > 1 ? `${full['ndcg@10'].min.toFixed(4)} to ${full['ndcg@10'].max.toFixed(4)}` : '',
      ratio(full['recall@20']),
      ratio(full.mrr),
      ratio(sampled['hr@10']),
      ratio(sampled['ndcg@10']),
    ]),
  );
}

function recentItemsTable({ recentItems }: Tables): string {
  const columns = recentItems[0]?.lengths ?? [];
  return figureTable(
    ['last items', ...columns.map(({ recentItems }) => String(recentItems))],
    [
      ['users', ...columns.map(({ users }) => countText(users))],
      ...recentItems.map(({ contender, lengths }) => [contender, ...lengths.map(length => ratio(length['ndcg@10']))]),
    ],
  );
}

function popularityNote(comparison: Comparison): string {
  const below = belowPopularity(comparison).map(({ contender, lengths }) => `${contender} (${lengths.join(', ')})`);
  return below.length === 0 ? 'no learner falls below popularity' : `below popularity: ${below.join(', ')}`;
}

function historyLengthTable({ historyLength }: Tables): string {
  const columns = historyLength[0]?.groups ?? [];
  return figureTable(
    ['items', ...columns.map(({ from, to }) => (to === null ? `${from} and more` : `${from} to ${to}`))],
    [
      ['users', ...columns.map(({ users }) => countText(users))],
      ...historyLength.map(({ contender, groups }) => [contender, ...groups.map(group => ratio(group['ndcg@10']))]),
    ],
  );
}

function costTable({ cost, publishedCost: published }: Comparison): string {
  const cells = (rounds: number, { up, down }: Cost['bytesPerRound'], convergedRounds: number, bytes: number) => [
    mean(rounds),
    bytesText(up),
    bytesText(down),
    mean(convergedRounds),
    bytesText(bytes),
    percent(bytes / published.convergedBytes),
  ];
  return figureTable(
    ['', 'rounds', 'up a round', 'down a round', 'converged after', 'bytes until then', 'of published', 'training'],
    [
      ...cost.map(({ contender, rounds, bytesPerRound: { up, down }, convergedRounds, convergedBytes, seconds }) => [
        contender,
        ...cells(rounds.mean, { up: up.mean, down: down.mean }, convergedRounds.mean, convergedBytes.mean),
        `${seconds.mean.toFixed(1)} s`,
      ]),
      [
        'published: items x 32 floats',
        ...cells(published.rounds, published.bytesPerRound, published.convergedRounds, published.convergedBytes),
        '',
      ],
    ],
  );
}

function ratio({ mean }: Spread): string {
  return mean.toFixed(4);
}

function percent(share: number): string {
  return `${share < 0.1 ? (100 * share).toPrecision(2) : (100 * share).toFixed(0)} %`;
}

/** A mean of whole numbers. */
function mean(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(1);
}
