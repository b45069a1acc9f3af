import type { RoundLine } from '../../runs/results.ts';
import type { Mark } from '../draw/chart.ts';
import type { Point, StudiedData } from '../points.ts';
import type { Study } from '../study.ts';
import { countAxis, shareAxis } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { fileId, learnerPanels, POINT_COLUMNS, pointCells } from './panels.ts';
import { roundMeans } from './rounds.ts';

export const signal: FigureKind = {
  name: 'Clipping, and signal to noise',
  needs: 'runs in memory with noise: give --epsilon 1,2,4,8,none',
  draw: study => study.shown.flatMap(data => [...clipping(study, data), ...ratio(study, data)]),
};

const clipped = (point: Point) => roundMeans(point, line => line.signal?.clipped);
const decibels = (point: Point) => roundMeans(point, decibelsOf);

/** 20 log10 of the noise-free sum's norm over the noise's: at 0 dB both are as long. */
function decibelsOf({ signal }: RoundLine): number | undefined {
  if (signal === undefined || signal.noiseNorm === 0 || signal.sumNorm === 0) return undefined;
  return 20 * Math.log10(signal.sumNorm / signal.noiseNorm);
}

function clipping(study: Study, data: StudiedData): Figure[] {
  const points = data.points.filter(point => point.epsilon !== null && clipped(point).length > 0);
  if (points.length === 0) return [];
  return [
    {
      id: fileId('clipping', data, study),
      title: `How many contributions the clip norm shortens, by round, ${data.title}`,
      caption:
        'The share of the contributions of a round that were longer than the clip norm, and were shortened to it; mean over seeds. Near 100 % the clip norm takes signal from everybody; near 0 % it is so wide that noise, which grows with it, is larger than it need be.',
      drawing: drawPanels(
        learnerPanels(study, data, point => marks(clipped(point)), points),
        {
          x: xs => countAxis('round', xs),
          y: () => shareAxis('contributions clipped', 1.04),
          ownX: true,
        },
      ),
      data: table(study, data, points),
    },
  ];
}

function ratio(study: Study, data: StudiedData): Figure[] {
  const points = data.points.filter(point => decibels(point).length > 0);
  if (points.length === 0) return [];
  return [
    {
      id: fileId('signal-to-noise', data, study),
      title: `How much of each sum is left above the noise, by round, ${data.title}`,
      caption:
        'Length of the sum without noise over the expected length of the noise, in decibels (20 log10), mean over seeds. At 0 dB, the dotted line, both are as long; every 20 dB are a factor of ten. A learner reads more from a sum than its length says: the larger parts stand out above the noise before the whole does. Only a simulation knows these figures.',
      drawing: drawPanels(
        learnerPanels(study, data, point => marks(decibels(point)), points).map(row =>
          row.map(panel => ({ ...panel, references: [{ label: 'equal', y: 0 }] })),
        ),
        {
          x: xs => countAxis('round', xs),
          y: all => {
            const ends = all.map(({ y }) => y);
            const [low, high] = [Math.min(...ends), Math.max(...ends)];
            const room = Math.max(3, 0.08 * (high - low));
            return { label: 'signal to noise, dB', domain: [low - room, high + room] };
          },
          ownX: true,
        },
      ),
      data: table(study, data, points),
    },
  ];
}

function marks(means: ReturnType<typeof roundMeans>): Mark[] {
  return means.map(({ round, value }) => ({ x: round, y: value }));
}

function table(study: Study, data: StudiedData, points: readonly Point[]): Figure['data'] {
  return {
    columns: [...POINT_COLUMNS, 'round', 'clipped', 'signal to noise dB'],
    rows: points.flatMap(point => {
      const ratios = new Map(decibels(point).map(({ round, value }) => [round, value]));
      return clipped(point).map(({ round, value }) => [
        ...pointCells(data, point, study),
        round,
        value,
        ratios.get(round),
      ]);
    }),
  };
}
