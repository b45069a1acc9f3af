import type { Axis } from '../draw/chart.ts';
import { distinct, groupBy } from '../group.ts';
import type { Point, StudiedData } from '../points.ts';
import type { SettingValue } from '../settings.ts';
import { linesOf, type Study, variantOf } from '../study.ts';
import { categoryAxis, logAxis, markOf, numberAxis, qualityAxis } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { epsilonLook, epsilonText, fileId, POINT_COLUMNS, pointCells, titleOf, trustTitle } from './panels.ts';

export const sweep: FigureKind = {
  name: 'Quality against any other setting',
  needs:
    'a study that varies one, such as the clip norm, the cohort, or an option of a learner: give --clip-norm 0.5,1,2',
  draw: study => study.varied.flatMap(setting => study.shown.flatMap(data => figure(study, data, setting))),
};

function figure(study: Study, data: StudiedData, setting: string): Figure[] {
  const lines = linesOf(data.points, study, setting).filter(
    line => distinct(line.map(({ settings }) => settings[setting])).length > 1,
  );
  if (lines.length === 0) return [];
  const values = distinct(lines.flat().flatMap(({ settings }) => settings[setting] ?? []));
  const scale = scaleOf(setting, values);
  const others = study.varied.filter(name => name !== setting);
  const byPanel = groupBy(lines, ([first]) =>
    titleOf(first!.learner, first!.epsilon === null ? '' : trustTitle(first!.trust, data)),
  );
  const panels = Array.from(byPanel, ([title, inside]) => ({
    title,
    series: inside.map(line => ({
      ...epsilonLook(line[0]!.epsilon, study),
      label: titleOf(epsilonText(line[0]!.epsilon), variantOf(line[0]!, others)),
      marks: line
        .map(({ settings, quality }) => markOf(scale.at(settings[setting]!), quality['ndcg@10']))
        .sort((a, b) => a.x - b.x),
    })),
  }));
  const perRow = 4;
  const rows = Array.from({ length: Math.ceil(panels.length / perRow) }, (_, row) =>
    panels.slice(row * perRow, (row + 1) * perRow),
  );
  return [
    {
      id: fileId(`by-${setting.replaceAll(/[^\w]+/g, '-')}`, data, study),
      title: `Quality against ${setting}, ${data.title}`,
      caption: `NDCG@10, mean over seeds and users with its 95 % interval, for each value of ${setting} that was tried. Who chooses the best of them by looking at private data has spent privacy that no epsilon here contains.`,
      drawing: drawPanels(rows, { x: () => scale.axis, y: marks => qualityAxis('NDCG@10', marks) }),
      data: {
        columns: [...POINT_COLUMNS, setting, 'ndcg@10', 'ndcg@10 low', 'ndcg@10 high'],
        rows: lines.flat().map((point: Point) => {
          const { mean, low, high } = point.quality['ndcg@10'];
          return [...pointCells(data, point, study), point.settings[setting], mean, low, high];
        }),
      },
    },
  ];
}

interface Scale {
  readonly axis: Axis;
  at(value: SettingValue): number;
}

/** Logarithmic from a factor of eight on; names are categories. */
function scaleOf(setting: string, values: readonly SettingValue[]): Scale {
  const numbers = values.filter(value => typeof value === 'number').sort((a, b) => a - b);
  if (numbers.length < values.length) {
    const names = values.map(String).sort();
    return { axis: categoryAxis(setting, names), at: value => names.indexOf(String(value)) };
  }
  const [low, high] = [numbers[0]!, numbers.at(-1)!];
  if (low > 0 && high / low >= 8)
    return { axis: logAxis(setting, numbers, String), at: value => Math.log10(Number(value)) };
  const axis = numberAxis(setting, numbers);
  const ticks = numbers.map(value => ({ at: value, text: String(value) }));
  return { axis: ticks.length <= 8 ? { ...axis, ticks } : axis, at: Number };
}
