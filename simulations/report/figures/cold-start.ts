import { RECENT_ITEMS, type RecentItemsQuality } from '../../evaluation/history-length.ts';
import type { Mark } from '../draw/chart.ts';
import { MUTED } from '../draw/palette.ts';
import type { ReportedRun } from '../read-run.ts';
import { categoryAxis, qualityAxis } from './axes.ts';
import type { FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { epsilonPanels, fileId, POINT_COLUMNS, pointCells } from './panels.ts';

export const coldStart: FigureKind = {
  name: 'Cold start',
  needs: 'the quality for devices with short histories: give --measure cold-start',
  draw: study =>
    study.shown.flatMap(data => {
      const measured = data.points.filter(({ runs }) => meansOf(runs).length > 0);
      if (measured.length === 0) return [];
      const popularity = data.baselines.find(({ baseline }) => baseline === 'popularity');
      const yardstick = {
        label: 'popularity',
        colour: MUTED,
        symbol: 'cross' as const,
        second: true,
        marks: marksOf(popularity?.runs ?? []),
      };
      const panels = epsilonPanels(study, data, ({ runs }) => marksOf(runs)).map(row =>
        row.map(panel => ({
          ...panel,
          series: panel.series.length > 0 && yardstick.marks.length > 0 ? [yardstick, ...panel.series] : panel.series,
        })),
      );
      return [
        {
          id: fileId('cold-start', data, study),
          title: `What a new device gets: quality by the number of items that it knows, ${data.title}`,
          caption:
            'The model is trained on whole histories; then a device knows only the last items of its own. NDCG@10 of the same held-out purchases, mean over seeds, for users with at least so many items, so columns are of different users. Popularity needs no history: below it a new shopper is better served without the model.',
          drawing: drawPanels(panels, {
            x: () => categoryAxis('last items that are known', RECENT_ITEMS.map(String)),
            y: marks => qualityAxis('NDCG@10', marks),
          }),
          data: {
            columns: [...POINT_COLUMNS, 'last items', 'users with as many', 'ndcg@10'],
            rows: measured.flatMap(point =>
              meansOf(point.runs).map(({ recentItems, users, ndcg }) => [
                ...pointCells(data, point, study),
                recentItems,
                users,
                ndcg,
              ]),
            ),
          },
        },
      ];
    }),
};

interface Mean extends Pick<RecentItemsQuality, 'recentItems' | 'users'> {
  readonly ndcg: number;
}

/** Over the seeds that measured it. */
function meansOf(runs: readonly ReportedRun[]): Mean[] {
  const measured = runs.flatMap(({ finding }) => (finding.coldStart ? [finding.coldStart] : []));
  return (measured[0] ?? []).map(({ recentItems, users }, at) => {
    const values = measured.map(lengths => lengths[at]!['ndcg@10']);
    return { recentItems, users, ndcg: values.reduce((sum, value) => sum + value, 0) / values.length };
  });
}

function marksOf(runs: readonly ReportedRun[]): Mark[] {
  return meansOf(runs).map(({ ndcg }, at) => ({ x: at, y: ndcg }));
}
