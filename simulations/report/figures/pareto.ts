import type { Point, StudiedData } from '../points.ts';
import { type Study, variantOf } from '../study.ts';
import { logAxis, qualityAxis, roundBytes } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { epsilonPanels, fileId, POINT_COLUMNS, pointCells, titleOf } from './panels.ts';
import { bytesOfDevice, roundsOf } from './rounds.ts';

/** Beyond, labels do not fit; the table has all. */
const MOST_IN_PANEL = 12;

export const pareto: FigureKind = {
  name: 'Pareto front',
  needs: 'two learners or more, or one in several variants, trained in memory',
  draw: study => study.shown.flatMap(data => figure(study, data)),
};

function figure(study: Study, data: StudiedData): Figure[] {
  const points = data.points.filter(point => bytesOfDevice(point) > 0);
  const front = frontOf(points);
  const marksOf = (point: Point) =>
    points.includes(point) ? [{ x: Math.log10(bytesOfDevice(point)), y: point.quality['ndcg@10'].mean }] : [];
  const panels = epsilonPanels(study, data, marksOf, point => ({
    second: !front.has(point),
    label: `${titleOf(point.learner, variantOf(point, study.varied))} (${Number(roundsOf(point).toFixed(1))})`,
  }));
  const table = {
    columns: [...POINT_COLUMNS, 'rounds', 'bytes of a device', 'ndcg@10', 'on the front'],
    rows: points.map(point => [
      ...pointCells(data, point, study),
      roundsOf(point),
      bytesOfDevice(point),
      point.quality['ndcg@10'].mean,
      front.has(point),
    ]),
  };
  const sizes = panels.flat().map(({ series }) => series.length);
  if (Math.max(...sizes) < 2 || Math.max(...sizes) > MOST_IN_PANEL) return [];
  return [
    {
      id: fileId('pareto', data, study),
      title: `What is worth its price: quality, traffic, rounds and epsilon, ${data.title}`,
      caption:
        'NDCG@10 against all that a device which takes part in every round sends and receives, on a logarithmic axis; rounds are in parentheses. Filled: on the Pareto front, which means that under the same trust model nothing else here has at least this quality for no larger epsilon, no more traffic and no more rounds. Hollow: something else is better in one of the four and worse in none. Means alone decide: differences smaller than the intervals may be chance.',
      drawing: drawPanels(panels, {
        x: logs =>
          logAxis(
            'traffic of one device',
            logs.map(log => 10 ** log),
            roundBytes,
          ),
        y: marks => qualityAxis('NDCG@10', marks),
      }),
      data: table,
    },
  ];
}

/** Points that no other of their trust model dominates; without noise there is one trust model. */
function frontOf(points: readonly Point[]): ReadonlySet<Point> {
  const prices = new Map(points.map(point => [point, pricesOf(point)]));
  const comparable = (a: Point, b: Point): boolean => a.trust === b.trust || a.epsilon === null || b.epsilon === null;
  const dominated = (point: Point): boolean =>
    points.some(
      other => other !== point && comparable(other, point) && dominates(prices.get(other)!, prices.get(point)!),
    );
  return new Set(points.filter(point => !dominated(point)));
}

/** All to be small. */
function pricesOf(point: Point): readonly number[] {
  return [-point.quality['ndcg@10'].mean, point.epsilon ?? Infinity, bytesOfDevice(point), roundsOf(point)];
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((price, at) => price <= b[at]!) && a.some((price, at) => price < b[at]!);
}
