import type { Point, StudiedData } from '../points.ts';
import type { Study } from '../study.ts';
import { countAxis, logAxis, qualityAxis, roundBytes } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { epsilonPanels, fileId, learnerPanels, POINT_COLUMNS, pointCells } from './panels.ts';
import { roundMeans } from './rounds.ts';

export const convergence: FigureKind = {
  name: 'Convergence, by rounds and by bytes',
  needs: 'the quality after each round, of a learner with several: give --evaluate-every 1',
  draw: study => study.shown.flatMap(data => [...byRound(study, data), ...byBytes(study, data)]),
};

const curveOf = (point: Point) => roundMeans(point, ({ metrics }) => metrics?.full['ndcg@10']);

/** Of a single round there is no curve. */
function isCurve(point: Point): boolean {
  return curveOf(point).length > 1;
}

const quality = (marks: Parameters<typeof qualityAxis>[1]) => qualityAxis('NDCG@10', marks);

function byRound(study: Study, data: StudiedData): Figure[] {
  const points = data.points.filter(isCurve);
  if (points.length === 0) return [];
  const marksOf = (point: Point) => curveOf(point).map(({ round, value }) => ({ x: round, y: value }));
  const panels = learnerPanels(study, data, marksOf, points);
  return [
    {
      id: fileId('convergence', data, study),
      title: `How many rounds training takes: quality after each round, ${data.title}`,
      caption:
        'NDCG@10 of the model after each round, mean over the seeds that were evaluated along the way. Under noise more rounds do not always help, since each spends a share of the promise. Learners of a single round have no curve.',
      drawing: drawPanels(panels, { x: xs => countAxis('round', xs), y: quality, ownX: true }),
      data: table(study, data, points),
    },
  ];
}

function byBytes(study: Study, data: StudiedData): Figure[] {
  const points = data.points.filter(point => curveOf(point).some(({ bytes }) => bytes > 0));
  if (!points.some(isCurve)) return [];
  const marksOf = (point: Point) => curveOf(point).map(({ bytes, value }) => ({ x: Math.log10(bytes), y: value }));
  return [
    {
      id: fileId('convergence-bytes', data, study),
      title: `What quality costs in traffic: quality by bytes, ${data.title}`,
      caption:
        'NDCG@10 against all that a device which takes part in every round has sent and received until then, on a logarithmic axis; a mark a round, mean over seeds. A learner of one round has one mark.',
      drawing: drawPanels(epsilonPanels(study, data, marksOf), {
        x: logs =>
          logAxis(
            'traffic of one device',
            logs.map(log => 10 ** log),
            roundBytes,
          ),
        y: quality,
      }),
      data: table(study, data, points),
    },
  ];
}

function table(study: Study, data: StudiedData, points: readonly Point[]): Figure['data'] {
  return {
    columns: [...POINT_COLUMNS, 'round', 'bytes of a device', 'ndcg@10'],
    rows: points.flatMap(point =>
      curveOf(point).map(({ round, bytes, value }) => [...pointCells(data, point, study), round, bytes, value]),
    ),
  };
}
