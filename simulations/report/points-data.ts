import type { Cell, DataTable } from '../runs/csv-text.ts';
import { POINT_COLUMNS, pointCells } from './figures/panels.ts';
import { bytesOfDevice, roundsOf } from './figures/rounds.ts';
import { baselineName, type Measured, type Point } from './points.ts';
import type { Study } from './study.ts';

/** Every point with its figures, and the baselines. */
export function pointsData(study: Study): DataTable {
  const measured = ['ndcg@10', 'hr@10', 'share of ndcg@10 without noise'];
  return {
    columns: [
      ...POINT_COLUMNS,
      ...measured.flatMap(name => [name, `${name} low`, `${name} high`]),
      'rounds',
      'bytes of a device',
    ],
    rows: study.data.flatMap(data => [
      ...data.baselines.map(point => {
        return [
          data.name,
          data.users,
          baselineName(point),
          'none',
          'none',
          '',
          point.runs.length,
          ...qualityCells(point),
        ];
      }),
      ...data.points.map(point => [
        ...pointCells(data, point, study),
        ...qualityCells(point),
        ...cells(data.kept.get(point) ?? null),
        roundsOf(point),
        bytesOfDevice(point),
      ]),
    ]),
  };
}

function qualityCells({ quality }: Pick<Point, 'quality'>): Cell[] {
  return [...cells(quality['ndcg@10']), ...cells(quality['hr@10'])];
}

function cells(measured: Measured | null): Cell[] {
  return [measured?.mean, measured?.low, measured?.high];
}
