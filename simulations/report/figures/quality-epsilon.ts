import type { TrustModel } from '../../../server/privacy/options.ts';
import type { BaselineName } from '../../simulate/baselines.ts';
import type { Series } from '../draw/chart.ts';
import { drawGrid } from '../draw/svg.ts';
import { type Point, type StudiedData, withoutNoise } from '../points.ts';
import { pointsData } from '../points-data.ts';
import { linesOf, type Study, variantOf } from '../study.ts';
import { type EpsilonAxis, epsilonAxis, markOf, qualityAxis } from './axes.ts';
import type { FigureKind } from './figure.ts';
import { drawPanels, type Panel } from './grid.ts';
import { learnerLook, titleOf, trustsOf, trustTitle } from './panels.ts';

/** More cannot be told apart. */
const MOST_LINES = 8;

export const qualityEpsilon: FigureKind = {
  name: 'Quality against epsilon',
  needs: `runs with noise, in no more than ${MOST_LINES} variants: give --epsilon 1,2,4,8,none`,
  draw: study => {
    if (study.epsilons.length === 0) return [];
    const rows = study.shown.flatMap(data => {
      const plain = data.points.some(({ epsilon }) => epsilon === null);
      const axis = epsilonAxis(study.epsilons, plain, data.baselines.some(isPooled));
      const panels = trustsOf(data).map(trust => panel(study, data, trust, axis));
      const fits = panels.every(({ series }) => series.length <= MOST_LINES);
      return fits && panels.some(({ series }) => series.length > 0) ? [{ data, axis, panels }] : [];
    });
    if (rows.length === 0) return [];
    const drawings = rows.map(({ axis, panels }) =>
      drawPanels([panels], { x: () => axis, y: marks => qualityAxis('NDCG@10', marks) }, 270),
    );
    const narrow = rows.length > 1 && rows.every(({ panels }) => panels.length === 1);
    return [
      {
        id: 'quality-epsilon',
        title: 'What privacy costs: quality against epsilon',
        caption: captionOf(study),
        drawing: drawGrid(
          narrow ? [drawings.slice(0, 2), drawings.slice(2, 4), drawings.slice(4)] : drawings.map(d => [d]),
        ),
        data: pointsData({ ...study, data: study.shown }),
      },
    ];
  },
};

const isPooled = ({ baseline }: StudiedData['baselines'][number]): boolean => baseline === 'pooled';

function panel(study: Study, data: StudiedData, trust: TrustModel, axis: EpsilonAxis): Panel {
  const noised = data.points.filter(point => point.epsilon !== null && point.trust === trust);
  const references = data.baselines.flatMap(({ baseline, quality }) =>
    baseline === 'pooled'
      ? []
      : [{ label: baseline === 'ease' ? 'EASE, pooled' : baseline, y: quality['ndcg@10'].mean }],
  );
  return {
    title: titleOf(data.title, trustTitle(trust, data)),
    series: linesOf(noised, study).map(points => seriesOf(study, data, points as [Point, ...Point[]], axis)),
    references,
  };
}

function seriesOf(study: Study, data: StudiedData, points: readonly [Point, ...Point[]], axis: EpsilonAxis): Series {
  const [{ learner }] = points;
  const plain = withoutNoise(points[0], data.points);
  const pooled = data.baselines.find(point => isPooled(point) && point.learner === learner);
  return {
    ...learnerLook(learner, study),
    label: titleOf(learner, variantOf(points[0], study.varied)),
    marks: [
      ...points.map(({ epsilon, quality }) => markOf(axis.at(epsilon), quality['ndcg@10'])),
      ...(plain ? [{ ...markOf(axis.at(null), plain.quality['ndcg@10']), apart: true }] : []),
      ...(pooled ? [{ ...markOf(axis.pooled, pooled.quality['ndcg@10']), apart: true }] : []),
    ],
  };
}

function captionOf(study: Study): string {
  const among = (name: BaselineName): boolean =>
    study.shown.some(({ baselines }) => baselines.some(({ baseline }) => baseline === name));
  return [
    'NDCG@10 of the held-out purchase in the ranking of the whole catalogue: the mean over seeds and users, with its 95 % interval.',
    'To the left the promise is stronger; "no noise" promises nothing.',
    ...(among('pooled') ? ['"pooled" is the same learner on all histories in one place.'] : []),
    ...(among('popularity') ? ['Dotted: popularity, which recommends the same to everybody.'] : []),
    ...(among('ease') ? ['Dotted too: EASE (Steck 2019) on pooled histories.'] : []),
    ...(study.shown.some(data => trustsOf(data).length > 1)
      ? ['Under central trust the coordinator adds the noise, under local trust each device adds its own.']
      : []),
  ].join(' ');
}
