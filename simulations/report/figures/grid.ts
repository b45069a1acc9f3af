import { type Axis, drawChart, type Mark, type Reference, type Series, Y_TICKS } from '../draw/chart.ts';
import { type Drawing, drawGrid } from '../draw/svg.ts';
import { FIGURE_WIDTH } from './axes.ts';

/** A panel before its axes are known. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  readonly references?: readonly Reference[];
}

export interface GridAxes {
  readonly x: (xs: readonly number[]) => Axis;
  readonly y: (marks: readonly Mark[]) => Axis;
  /** Each panel has an x axis of its own. */
  readonly ownX?: boolean;
}

const WIDEST = 560;

/**
 * Panels in rows, on the same axes, so that they compare. Empty ones are left out, so rows may be of different lengths;
 * rows that would be nearly empty share one.
 */
export function drawPanels(
  rows: readonly (readonly Panel[])[],
  { x, y, ownX = false }: GridAxes,
  height = 230,
): Drawing {
  const filled = rows.map(row => row.filter(({ series }) => series.length > 0)).filter(({ length }) => length > 0);
  const columns = Math.max(1, ...filled.map(({ length }) => length));
  const placed = columns === 1 ? [filled.flat()] : filled;
  const across = Math.max(1, ...placed.map(({ length }) => length));
  const width = Math.min(WIDEST, Math.floor((FIGURE_WIDTH - Y_TICKS) / across));
  const all = placed.flat();
  const marksOf = (panels: readonly Panel[]): Mark[] =>
    panels.flatMap(({ series }) => series.flatMap(({ marks }) => marks));
  const levels = all.flatMap(({ references = [] }) => references.map(({ y }) => ({ x: 0, y })));
  const yAxis = y([...marksOf(all), ...levels]);
  const xAxis = (panels: readonly Panel[]): Axis => x(marksOf(panels).map(mark => mark.x));
  const shared = xAxis(all);
  return drawGrid(
    placed.map(row =>
      row.map((panel, column) => {
        const frame = column === 0 ? { width: width + Y_TICKS, height } : { width, height, bare: true };
        return drawChart({ ...panel, x: ownX ? xAxis([panel]) : shared, y: yAxis }, frame);
      }),
    ),
  );
}
