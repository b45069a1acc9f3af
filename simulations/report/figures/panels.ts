import type { TrustModel } from '../../../server/privacy/options.ts';
import type { Mark, Series } from '../draw/chart.ts';
import { type Look, lookOf, rampLook } from '../draw/palette.ts';
import { distinct, groupBy } from '../group.ts';
import type { Point, StudiedData } from '../points.ts';
import { type Study, variantOf } from '../study.ts';
import type { Panel } from './grid.ts';

export function epsilonText(epsilon: number | null): string {
  return epsilon === null ? 'no noise' : `ε ${epsilon}`;
}

/** The trust models that noise was added under; central where there was none. */
export function trustsOf({ points }: StudiedData): TrustModel[] {
  const found = distinct(points.flatMap(({ epsilon, trust }) => (epsilon === null ? [] : [trust]))).sort();
  return found.length === 0 ? ['central'] : found;
}

/** What was trained under a trust model: without noise it is the same under each. */
export function under(trust: TrustModel, points: readonly Point[]): Point[] {
  return points.filter(point => point.epsilon === null || point.trust === trust);
}

export function learnerLook(learner: string, { learners }: Study): Look {
  return lookOf(learners.indexOf(learner));
}

/** No noise looks as the weakest promise would. */
export function epsilonLook(epsilon: number | null, { epsilons }: Study): Look {
  return rampLook(epsilon === null ? epsilons.length : epsilons.indexOf(epsilon), epsilons.length + 1);
}

/** `central trust`, where a study has more than one. */
export function trustTitle(trust: TrustModel, data: StudiedData): string {
  return trustsOf(data).length > 1 ? `${trust} trust` : '';
}

/** A row a trust model, a column a learner: panels in which epsilons are told apart. */
export function learnerPanels(
  study: Study,
  data: StudiedData,
  marksOf: (point: Point) => readonly Mark[],
  points = data.points,
): Panel[][] {
  return trustsOf(data).map(trust =>
    columnsOf(points, ({ learner }) => learner).map(([learner, ofLearner]) => ({
      title: titleOf(learner, trustTitle(trust, data)),
      series: epsilonSeries(study, under(trust, ofLearner), marksOf),
    })),
  );
}

/** A row a trust model, a column an epsilon: panels in which learners are told apart. Without noise there is no trust. */
export function epsilonPanels(
  study: Study,
  data: StudiedData,
  marksOf: (point: Point) => readonly Mark[],
  adorn: (point: Point) => Partial<Series> = () => ({}),
): Panel[][] {
  return trustsOf(data).map((trust, row) => {
    const points = data.points.filter(({ epsilon, ...point }) =>
      epsilon === null ? row === 0 : point.trust === trust,
    );
    const columns = columnsOf(points.toSorted(byEpsilon), ({ epsilon }) => epsilonText(epsilon));
    return columns.map(([title, ofEpsilon]) => ({
      title: ofEpsilon[0]!.epsilon === null ? title : titleOf(title, trustTitle(trust, data)),
      series: learnerSeries(study, ofEpsilon, marksOf, adorn),
    }));
  });
}

export function byEpsilon(a: Pick<Point, 'epsilon'>, b: Pick<Point, 'epsilon'>): number {
  return (a.epsilon ?? Infinity) - (b.epsilon ?? Infinity);
}

export function titleOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(', ');
}

/** What says in a table which point a row is about. */
export const POINT_COLUMNS = ['data', 'users', 'learner', 'trust', 'epsilon', 'other', 'seeds'] as const;

export function pointCells({ name, users }: StudiedData, point: Point, { varied }: Study) {
  const { learner, trust, epsilon, runs } = point;
  return [
    name,
    users,
    learner,
    epsilon === null ? 'none' : trust,
    epsilon ?? 'none',
    variantOf(point, varied),
    runs.length,
  ];
}

/** A name that files can have. */
export function fileId(kind: string, { title }: StudiedData, { shown }: Study): string {
  return shown.length === 1 ? kind : `${kind}-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
}

/** Columns of panels: points by what their panel is titled, in the order of the points. */
function columnsOf(points: readonly Point[], titled: (point: Point) => string): [string, Point[]][] {
  return Array.from(groupBy(points, titled));
}

/** A line for each point of a panel, told apart by learner; points without marks are left out. */
function learnerSeries(
  study: Study,
  points: readonly Point[],
  marksOf: (point: Point) => readonly Mark[],
  adorn: (point: Point) => Partial<Series>,
): Series[] {
  return seriesOf(points, marksOf, point => ({
    ...learnerLook(point.learner, study),
    label: titleOf(point.learner, variantOf(point, study.varied)),
    ...adorn(point),
  }));
}

/** The same, told apart by epsilon. */
export function epsilonSeries(
  study: Study,
  points: readonly Point[],
  marksOf: (point: Point) => readonly Mark[],
): Series[] {
  return seriesOf(points, marksOf, point => ({
    ...epsilonLook(point.epsilon, study),
    label: titleOf(epsilonText(point.epsilon), variantOf(point, study.varied)),
  }));
}

function seriesOf(
  points: readonly Point[],
  marksOf: (point: Point) => readonly Mark[],
  lookOf: (point: Point) => Omit<Series, 'marks'>,
): Series[] {
  return points.flatMap(point => {
    const marks = marksOf(point);
    return marks.length === 0 ? [] : [{ ...lookOf(point), marks }];
  });
}
