import type { Mark } from '../draw/chart.ts';
import { type Point, pairs, type StudiedData } from '../points.ts';
import type { Study } from '../study.ts';
import { type GroupedBy, groupShares, userGroups } from '../user-groups.ts';
import { categoryAxis, shareAxis } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { fileId, learnerPanels, POINT_COLUMNS, pointCells } from './panels.ts';

interface Way extends GroupedBy {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  /** Of the axis. */
  readonly ends: readonly [string, string];
  readonly unit: string;
  readonly caption: string;
}

const WAYS: readonly Way[] = [
  {
    id: 'who-pays-popularity',
    column: 'popularity',
    single: true,
    title: 'Who pays: quality kept, by the popularity of what is bought',
    axis: 'purchases in fifths',
    ends: ['rare', 'popular'],
    unit: 'earlier buyers of the item',
    caption:
      'Held-out purchases in fifths by how many users had bought the item, rare ones to the left: how much of the NDCG@10 of the same learner without noise is left, with its 95 % interval. Users with several held-out items are not counted.',
  },
  {
    id: 'who-pays-history',
    column: 'items',
    single: false,
    title: 'Who pays: quality kept, by the length of histories',
    axis: 'users in fifths',
    ends: ['short', 'long'],
    unit: 'items in the history',
    caption:
      'Users in fifths by how many items they were trained on, short histories to the left: how much of the NDCG@10 of the same learner without noise is left, with its 95 % interval.',
  },
];

/** A share whose interval is wider tells nothing. */
const WIDEST = 1;

export const whoPays: FigureKind = {
  name: 'Who pays, by item popularity and by history length',
  needs: 'runs with noise and the same without: give --epsilon 1,2,4,8,none',
  draw: study => study.shown.flatMap(data => WAYS.flatMap(way => figure(study, data, way))),
};

function figure(study: Study, data: StudiedData, way: Way): Figure[] {
  // Groups are of the same users in all points, or they would not compare.
  const { users } = data.points[0]?.runs[0] ?? {};
  const compared = pairs(data.points).filter(pair =>
    [pair.point, pair.plain].every(({ runs }) => runs.every(run => run.users.user.length === users?.user.length)),
  );
  if (users === undefined || compared.length === 0) return [];
  const groups = userGroups(users, way);
  if (groups.labels.length < 2) return [];
  const found = new Map(groupShares(compared, groups).map(({ point, groups }) => [point, groups]));
  const marksOf = (point: Point): Mark[] =>
    (found.get(point) ?? []).flatMap(({ share }, group) =>
      share === null || share.high! - share.low! > WIDEST
        ? []
        : [{ x: group, y: share.mean, low: share.low, high: share.high }],
    );
  const panels = learnerPanels(study, data, marksOf).map(row =>
    row.map(panel => ({ ...panel, references: [{ label: 'no noise', y: 1 }] })),
  );
  return [
    {
      id: fileId(way.id, data, study),
      title: `${way.title}, ${data.title}`,
      caption: `${way.caption} The fifths: ${groups.labels.join(', ')} ${way.unit}. No mark stands where the interval is longer than 100 points: there even the learner without noise finds next to nothing.`,
      drawing: drawPanels(panels, {
        x: () => categoryAxis(way.axis, [way.ends[0], ...groups.labels.slice(2).map(() => ''), way.ends[1]]),
        y: marks => {
          const most = Math.max(...marks.map(({ y }) => y));
          return shareAxis('of the NDCG@10 without noise', Math.min(2, Math.max(1.25, 1.04 * most)));
        },
      }),
      data: {
        columns: [
          ...POINT_COLUMNS,
          'group',
          'users in it',
          'ndcg@10',
          'ndcg@10 without noise',
          'share',
          'share low',
          'share high',
        ],
        rows: Array.from(found).flatMap(([point, shares]) =>
          shares.map(({ ndcg, plain, share }, group) => [
            ...pointCells(data, point, study),
            groups.labels[group],
            groups.users[group]!.length,
            ndcg,
            plain,
            share?.mean,
            share?.low,
            share?.high,
          ]),
        ),
      },
    },
  ];
}
