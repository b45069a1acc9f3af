import type { Comparison, Difference, Point } from '../compare/comparison.ts';
import { publishedCost } from '../compare/cost.ts';
import { pointGrid } from '../compare/point-grid.ts';
import type { Study } from '../compare/study.ts';
import type { Estimate } from '../statistics/interval.ts';
import { missingText } from './missing-text.ts';
import { bytesText, countText, figureTable } from './table.ts';

/** With more rows nobody reads a table of details: they are in points.csv, and drawn by `larder report`. */
const MOST_DETAILED_ROWS = 24;

/** What `compare` prints at its end. */
export function comparisonText(comparison: Comparison, study: Study, folder: string): string {
  const { data, missing, status, code } = comparison;
  const mixed = `results of different code versions stand side by side: ${code.join(', ')}`;
  return [
    ...data.flatMap(facts => dataText(comparison, study, facts)),
    ...missingText(missing),
    ...(code.length > 1 ? [mixed] : []),
    ...(status === 'interrupted'
      ? ['interrupted: these are the runs that had finished. The same command goes on']
      : []),
    `all figures: ${folder}/points.csv; the report: larder report ${folder}`,
  ].join('\n');
}

function dataText({ points }: Comparison, study: Study, facts: Comparison['data'][number]): string[] {
  const ofData = points.filter(({ data }) => data === facts.spec);
  if ('error' in facts || ofData.length === 0) return [];
  const { name, users, items, interactions } = facts;
  const counts = `${countText(users)} users, ${countText(items)} items, ${countText(interactions)} pairs`;
  const evaluated = Array.from(new Set(ofData.map(point => countText(point.users)))).join(' or ');
  const parts = [`${name} (${counts}), ${evaluated} users evaluated; means over users and seeds, 95 % intervals`];
  const runs = ofData.filter(({ baseline }) => baseline === null);
  if (study.axes.epsilon!.length > 1) parts.push(...epsilonTables(ofData, runs, study));
  else parts.push(qualityTable(ofData));
  const detailed = ofData.length <= MOST_DETAILED_ROWS;
  if (detailed) parts.push('NDCG@10 by the number of items that a user was trained on', historyLengthTable(ofData));
  const cold = ofData.filter(({ coldStart }) => coldStart !== undefined);
  if (cold.length > 0) {
    parts.push(
      'NDCG@10 of devices that know only the last items of their history (of users with at least as many)',
      coldStartTable(cold),
      belowPopularity(cold),
    );
  }
  const costs = ofData.filter(({ cost }) => cost !== undefined);
  if (costs.length > 0) {
    parts.push(
      'Cost for a device that takes part in every round; converged: at 99 % of the final NDCG@10',
      costTable(costs, items),
    );
  }
  return [...parts, ''];
}

/** A row for what differs in epsilon alone. */
function epsilonTables(ofData: readonly Point[], runs: readonly Point[], study: Study): string[] {
  const table = (head: string, cell: (point: Point) => string): string => {
    const { columns, rows } = pointGrid(runs, asked, study);
    return figureTable(
      [head, ...columns],
      rows.map(({ label, points }) => [label, ...points.map(point => (point ? cell(point) : ''))]),
    );
  };
  const baselines = ofData.filter(({ baseline }) => baseline !== null);
  const others = new Set(runs.flatMap(({ difference }) => (difference ? difference.to : [])));
  const { against = 'none' } = study;
  const other = others.size === 1 ? Array.from(others)[0] : against === 'none' ? 'no noise' : against;
  return [
    table('NDCG@10', ({ quality }) => `${figure(quality['ndcg@10'])} ±${halfWidth(quality['ndcg@10'])}`),
    baselines.map(({ name, quality }) => `${name} ${figure(quality['ndcg@10'])}`).join(';  '),
    ...(others.size > 0 ? [table(`difference to ${other}`, ({ difference }) => shareText(difference))] : []),
  ];
}

/** The values of a point as the study gives them. */
function asked({ learner, trust, epsilon, clipNorm, cohort, settings }: Point) {
  const given = {
    trust: trust ?? 'none',
    epsilon: epsilon ?? 'none',
    clipNorm: clipNorm ?? 'none',
    cohort: cohort ?? 'none',
  };
  return { learner, settings: { ...given, ...settings } };
}

function qualityTable(points: readonly Point[]): string {
  return figureTable(
    [
      '',
      'seeds',
      'HR@10',
      'NDCG@10',
      '95 % interval',
      'difference',
      'Recall@20',
      'MRR',
      'HR@10 of 100',
      'NDCG@10 of 100',
    ],
    points.map(({ name, seeds, metrics: { full, sampled }, quality, difference }) => [
      name,
      String(seeds.length),
      full['hr@10'].toFixed(4),
      figure(quality['ndcg@10']),
      intervalText(quality['ndcg@10']),
      shareText(difference),
      full['recall@20'].toFixed(4),
      full.mrr.toFixed(4),
      sampled['hr@10'].toFixed(4),
      sampled['ndcg@10'].toFixed(4),
    ]),
  );
}

function historyLengthTable(points: readonly Point[]): string {
  const [first] = points.map(({ historyLength }) => historyLength);
  return figureTable(
    ['items', ...first!.map(({ from, to }) => (to === null ? `${from} and more` : `${from} to ${to}`))],
    [
      ['users', ...first!.map(({ users }) => countText(users))],
      ...points.map(({ name, historyLength }) => [name, ...historyLength.map(group => group['ndcg@10'].toFixed(4))]),
    ],
  );
}

function coldStartTable(points: readonly Point[]): string {
  const columns = points[0]!.coldStart!;
  return figureTable(
    ['last items', ...columns.map(({ recentItems }) => String(recentItems))],
    [
      ['users', ...columns.map(({ users }) => countText(users))],
      ...points.map(({ name, coldStart }) => [name, ...coldStart!.map(length => length['ndcg@10'].toFixed(4))]),
    ],
  );
}

/** With how many recent items a learner ranks worse than popularity does for the same users: with none, it should be. */
function belowPopularity(points: readonly Point[]): string {
  const yardstick = points.find(({ baseline }) => baseline === 'popularity')?.coldStart ?? [];
  const below = points.flatMap(({ name, coldStart }) => {
    const lengths = coldStart!.filter((length, at) => length['ndcg@10'] < (yardstick[at]?.['ndcg@10'] ?? 0));
    return lengths.length > 0 ? [`${name} (${lengths.map(({ recentItems }) => recentItems).join(', ')})`] : [];
  });
  return below.length === 0 ? 'no learner falls below popularity' : `below popularity: ${below.join('; ')}`;
}

function costTable(points: readonly Point[], items: number): string {
  const published = publishedCost(items);
  const rows = [
    ...points.map(({ name, cost }) => ({ name, cost: cost! })),
    { name: 'published: items x 32 floats', cost: published },
  ];
  return figureTable(
    ['', 'rounds', 'up a round', 'down a round', 'converged after', 'bytes until then', 'of published'],
    rows.map(({ name, cost: { rounds, bytesPerRound, convergedRounds, convergedBytes } }) => [
      name,
      meanCount(rounds),
      bytesText(bytesPerRound.up),
      bytesText(bytesPerRound.down),
      meanCount(convergedRounds),
      bytesText(convergedBytes),
      percent(convergedBytes / published.convergedBytes),
    ]),
  );
}

function figure({ mean }: Estimate): string {
  return mean.toFixed(4);
}

function intervalText({ low, high }: Estimate): string {
  return `${low.toFixed(4)} to ${high.toFixed(4)}`;
}

/** Of the interval, on its longer side: `.0012`. */
function halfWidth({ mean, low, high }: Estimate): string {
  return Math.max(high - mean, mean - low)
    .toFixed(4)
    .replace(/^0/, '');
}

/** `-62 % (-65 to -58)`. */
function shareText(difference: Difference | null): string {
  if (difference === null) return '';
  const { ratio } = difference;
  if (ratio === null) return 'not known';
  const [mean, low, high] = [ratio.mean, ratio.low, ratio.high].map(value => {
    const rounded = Math.round(100 * (value - 1));
    return `${rounded > 0 ? '+' : ''}${rounded === 0 ? 0 : rounded}`;
  });
  return `${mean} % (${low} to ${high})`;
}

function percent(share: number): string {
  return `${share < 0.1 ? (100 * share).toPrecision(2) : (100 * share).toFixed(0)} %`;
}

/** A mean of whole numbers. */
function meanCount(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(1);
}
