import { bytesText, countText } from '../../cli/table.ts';
import { byEpsilon, epsilonText, titleOf } from '../figures/panels.ts';
import { bytesOfDevice, roundsOf } from '../figures/rounds.ts';
import { distinct, groupBy } from '../group.ts';
import { type BaselinePoint, baselineName, type Measured, type Point, type StudiedData } from '../points.ts';
import { type Study, variantOf } from '../study.ts';
import { type Html, html, htmlTable } from './html.ts';

/** In short: for each learner and epsilon how much of the quality without noise is left. */
export function keptTable(study: Study, data: StudiedData): Html | null {
  const noised = data.points.filter(point => data.kept.has(point));
  if (noised.length === 0) return null;
  const epsilons = distinct(noised.toSorted(byEpsilon).map(({ epsilon }) => epsilon));
  const rows = groupBy(noised, point => titleOf(point.learner, point.trust, variantOf(point, study.varied)));
  return html`<h3>${data.title}: ${countText(data.evaluatedUsers)} users evaluated, ${countText(data.items)} items</h3>
${htmlTable(
  ['', ...epsilons.map(epsilonText)],
  Array.from(rows, ([name, points]) => [
    name,
    ...epsilons.map(epsilon => {
      const point = points.find(point => point.epsilon === epsilon);
      return point === undefined ? '' : percent(data.kept.get(point) ?? null);
    }),
  ]),
)}`;
}

/** Every point, and the baselines. */
export function pointsTable(study: Study, data: StudiedData): Html {
  const { name, users, items, evaluatedUsers, holdout } = data;
  const baseline = (point: BaselinePoint) => [
    baselineName(point),
    '',
    '',
    point.runs.length || '',
    figure(point.quality['ndcg@10']),
    figure(point.quality['hr@10']),
    '',
    '',
    '',
  ];
  const run = (point: Point) => [
    titleOf(point.learner, variantOf(point, study.varied)),
    point.epsilon === null ? '' : point.trust,
    point.epsilon ?? 'none',
    point.runs.length,
    figure(point.quality['ndcg@10']),
    figure(point.quality['hr@10']),
    data.kept.has(point) ? percent(data.kept.get(point)!) : '',
    Number(roundsOf(point).toFixed(1)),
    bytesOfDevice(point) > 0 ? bytesText(bytesOfDevice(point)) : '',
  ];
  return html`<h3>${name}: ${countText(users)} users, ${countText(items)} items; ${countText(evaluatedUsers)} users evaluated on their ${holdout.replace('-', ' ')}</h3>
${htmlTable(
  ['', 'trust', 'epsilon', 'seeds', 'NDCG@10', 'HR@10', 'of no noise', 'rounds', 'traffic'],
  [...data.baselines.map(baseline), ...data.points.map(run)],
)}`;
}

function figure({ mean, low, high }: Measured): Html {
  return html`${mean.toFixed(4)}${low === null || high === null ? null : html`<small>${low.toFixed(4)} to ${high.toFixed(4)}</small>`}`;
}

function percent(share: Measured | null): Html {
  if (share === null) return html`not to be told`;
  const { mean, low, high } = share;
  const text = (value: number): string => (100 * value).toFixed(Math.abs(value) < 0.1 ? 1 : 0);
  return html`${text(mean)} %<small>${text(low!)} to ${text(high!)}</small>`;
}
