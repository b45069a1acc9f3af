import { countText } from '../../cli/table.ts';
import type { Mark } from '../draw/chart.ts';
import { groupBy } from '../group.ts';
import type { Measured, Point, StudiedData } from '../points.ts';
import type { Study } from '../study.ts';
import { logAxis, shareAxis } from './axes.ts';
import type { Figure, FigureKind } from './figure.ts';
import { drawPanels } from './grid.ts';
import { epsilonLook, epsilonText, learnerLook, POINT_COLUMNS, pointCells, titleOf, trustsOf } from './panels.ts';

/** The share of the quality without noise at which a shop is taken to be served. */
const ENOUGH = 0.9;

export const population: FigureKind = {
  name: 'What a larger population buys',
  needs:
    'synthetic data that differ in their shoppers alone, with noise and without: give --data "synthetic:users=1000" and others',
  draw: study =>
    study.populations.flatMap((family, at) =>
      figures(study, family, study.populations.length === 1 ? '' : `-${at + 1}`),
    ),
};

/** A point's share of the quality without noise, at the size of its data set. */
interface Share {
  readonly data: StudiedData;
  readonly point: Point;
  readonly share: Measured;
}

function figures(study: Study, family: readonly StudiedData[], suffix: string): Figure[] {
  const shares = family.flatMap(sharesOf);
  if (shares.length === 0) return [];
  const lines = groupBy(shares, ({ point }) => lineKey(point));
  const panels = Array.from(
    groupBy(lines.values(), ([first]) => panelTitle(family, first!.point)),
    ([title, inside]) => ({
      title,
      series: inside.map(line => ({
        ...epsilonLook(line[0]!.point.epsilon, study),
        label: epsilonText(line[0]!.point.epsilon),
        marks: line.map(
          ({ data, share }): Mark => ({ x: Math.log10(data.users), y: share.mean, low: share.low, high: share.high }),
        ),
      })),
      references: [{ label: '90 %', y: ENOUGH }],
    }),
  );
  const reached = Array.from(lines.values(), line => ({ line, ...populationNeeded(line) }));
  const table = {
    columns: ['learner', 'epsilon', '90 % of the quality without noise'],
    rows: reached.map(({ line, text }) => {
      const { point } = line[0]!;
      return [panelTitle(family, point), point.epsilon, text];
    }),
  };
  const perRow = 3;
  const rows = Array.from({ length: Math.ceil(panels.length / perRow) }, (_, row) =>
    panels.slice(row * perRow, (row + 1) * perRow),
  );
  return [
    {
      id: `population${suffix}`,
      title: 'What a larger population buys: quality kept, by the number of shoppers',
      caption:
        'How much of the NDCG@10 of the same learner without noise, on the same shop with as many shoppers, is left; mean over seeds and users with its 95 % interval. Where all shoppers take part in each round, the noise stays as it is while the sum grows with every one of them. The shop is synthetic: a real one may need more or fewer.',
      drawing: drawPanels(
        rows,
        {
          x: logs =>
            logAxis(
              'shoppers',
              logs.map(log => Math.round(10 ** log)),
              countShort,
            ),
          y: () => shareAxis('of the NDCG@10 without noise', 1.12),
        },
        290,
      ),
      data: {
        columns: [...POINT_COLUMNS, 'share', 'share low', 'share high'],
        rows: shares.map(({ data, point, share }) => [
          ...pointCells(data, point, study),
          share.mean,
          share.low,
          share.high,
        ]),
      },
      table,
    },
    ...neededFigure(study, family, reached, suffix),
  ];
}

function sharesOf(data: StudiedData): Share[] {
  return Array.from(data.kept, ([point, share]) => ({ data, point, share })).filter(
    (found): found is Share => found.share !== null,
  );
}

function lineKey({ learner, trust, epsilon }: Point): string {
  return JSON.stringify([learner, trust, epsilon]);
}

function panelTitle(family: readonly StudiedData[], { learner, trust }: Point): string {
  return titleOf(learner, family.some(data => trustsOf(data).length > 1) ? `${trust} trust` : '');
}

type Needed = { readonly users: number | null; readonly text: string };

/** Where the line last rises through 90 %, on the logarithm of the population. */
function populationNeeded(line: readonly Share[]): Needed {
  const sizes = line.map(({ data, share }) => ({ users: data.users, share: share.mean }));
  const below = sizes.findLastIndex(({ share }) => share < ENOUGH);
  const last = sizes.at(-1)!;
  if (below === -1)
    return { users: null, text: `with ${countText(sizes[0]!.users)} shoppers already, the fewest tried` };
  if (below === sizes.length - 1) {
    return {
      users: null,
      text: `not reached by ${countText(last.users)} shoppers (${(100 * last.share).toFixed(0)} % there)`,
    };
  }
  const [a, b] = [sizes[below]!, sizes[below + 1]!];
  const along = (ENOUGH - a.share) / (b.share - a.share);
  const users = 10 ** (Math.log10(a.users) + along * Math.log10(b.users / a.users));
  const rounded = Number(users.toPrecision(2));
  return { users: rounded, text: `about ${countText(rounded)} shoppers` };
}

function neededFigure(
  study: Study,
  family: readonly StudiedData[],
  reached: readonly (Needed & { readonly line: readonly Share[] })[],
  suffix: string,
): Figure[] {
  const known = reached.flatMap(({ line, users }) => (users === null ? [] : [{ point: line[0]!.point, users }]));
  if (known.length < 2) return [];
  const sizes = family.map(({ users }) => Math.log10(users));
  const bySeries = Array.from(groupBy(known, ({ point }) => panelTitle(family, point)));
  const epsilons = study.epsilons.map(Math.log2);
  return [
    {
      id: `population-needed${suffix}`,
      title: 'How many shoppers a promise takes: where quality reaches 90 % of that without noise',
      caption:
        'Interpolated on the logarithm of the population between the two sizes around it. A promise without a mark did not reach 90 % at the largest size that was tried, or had reached it at the smallest: the table says which.',
      drawing: drawPanels(
        [
          [
            {
              title: 'population at 90 %',
              series: bySeries.map(([label, found]) => ({
                ...learnerLook(found[0]!.point.learner, study),
                second: found[0]!.point.trust === 'local',
                label,
                marks: found.map(({ point, users }) => ({ x: Math.log2(point.epsilon!), y: Math.log10(users) })),
              })),
            },
          ],
        ],
        {
          x: () => ({
            label: 'epsilon: a smaller one promises more',
            domain: [Math.min(...epsilons) - 0.4, Math.max(...epsilons) + 0.4],
            ticks: study.epsilons.map(epsilon => ({ at: Math.log2(epsilon), text: String(epsilon) })),
          }),
          y: () =>
            logAxis(
              'shoppers',
              sizes.map(size => 10 ** size),
              countShort,
            ),
        },
        290,
      ),
      data: {
        columns: ['learner', 'epsilon', 'shoppers'],
        rows: reached.map(({ line, users }) => [panelTitle(family, line[0]!.point), line[0]!.point.epsilon, users]),
      },
    },
  ];
}

/** `10k`, `1M`. */
function countShort(count: number): string {
  if (count >= 1e6) return `${count / 1e6}M`;
  return count >= 1e4 ? `${count / 1e3}k` : countText(count);
}
