import * as Plot from '@observablehq/plot';
import { INK, type Look, MUTED, PAPER } from './palette.ts';
import { type Drawing, drawPlot, drawText, escapeXml, textWidth } from './svg.ts';

/** A value with its interval, where one is known. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly low?: number | null;
  readonly high?: number | null;
  /** No line leads to it: it belongs to another category than those beside it. */
  readonly apart?: boolean;
}

export interface Series extends Look {
  /** Written beside its last mark. */
  readonly label: string;
  /** Marks are hollow and the line dashed. */
  readonly second?: boolean;
  /** Ascending by x. */
  readonly marks: readonly Mark[];
}

/** A level that all is measured against. */
export interface Reference {
  readonly label: string;
  readonly y: number;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  readonly label: string;
  readonly domain: readonly [number, number];
  /** Chosen by the plot if left out. */
  readonly ticks?: readonly Tick[];
}

/** One panel of a figure: lines with intervals, each labelled at its end. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly references?: readonly Reference[];
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Its y axis is that of the panel to its left. */
  readonly bare?: boolean;
}

const MARGIN = { top: 44, bottom: 42 } as const;
/** What the names of ticks on the y axis take. */
export const Y_TICKS = 34;
const LABEL_GAP = 13;
/** Pixels between the marks of neighbouring series at one x, so that intervals do not hide each other. */
const APART = 3;

export function drawChart(
  { title, x, y, series, references = [] }: Chart,
  { width, height, bare = false }: Frame,
): Drawing {
  const marginLeft = bare ? 12 : 12 + Y_TICKS;
  const names = [...series, ...references].map(({ label }) => textWidth(label));
  const marginRight = 16 + Math.max(0, ...names);
  const inside = height - MARGIN.top - MARGIN.bottom;
  const pixelsUp = (value: number): number => (inside * (value - y.domain[0])) / (y.domain[1] - y.domain[0]);
  const [left, right] = x.domain;
  const bounded = (value: number): number => Math.min(y.domain[1], Math.max(y.domain[0], value));

  const lines = series.flatMap((one, n) => seriesMarks(one, (n - (series.length - 1) / 2) * APART, bounded));
  const levels = references.map(({ y }) => Plot.ruleY([bounded(y)], { stroke: MUTED, strokeDasharray: '2 3' }));

  const labels = spread(
    [
      ...series.flatMap(({ label, colour, marks }) => {
        const last = marks.at(-1);
        return last === undefined ? [] : [{ label, colour, from: last.x, y: bounded(last.y) }];
      }),
      ...references.map(({ label, y }) => ({ label, colour: MUTED, from: right, y: bounded(y) })),
    ].map(label => ({ ...label, up: pixelsUp(label.y) })),
    inside,
  );
  const frameRight = width - marginRight;
  const across = (value: number): number => marginLeft + ((frameRight - marginLeft) * (value - left)) / (right - left);
  const named = labels.map(({ label, colour, from, up, placed }) => {
    const at = [across(from) + 7, MARGIN.top + inside - up] as const;
    return drawLabel(label, colour, at, [frameRight + 8, MARGIN.top + inside - placed]);
  });

  const plot = drawPlot({
    width,
    height,
    marginLeft,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginRight,
    x: { domain: [...x.domain], type: 'linear' },
    y: { domain: [...y.domain], type: 'linear', axis: null },
    marks: [
      Plot.gridY({ stroke: INK, strokeOpacity: 0.13, ...tickOptions(y, 5) }),
      ...(bare ? [] : [Plot.axisY({ tickSize: 0, label: null, ...tickOptions(y, 5) })]),
      Plot.axisX({
        tickSize: 4,
        label: x.label,
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 36,
        ...tickOptions(x, 5),
      }),
      Plot.ruleY([y.domain[0]], { stroke: INK, strokeOpacity: 0.5 }),
      ...levels,
      ...lines,
    ],
  });
  const heading =
    drawText(title, 8, 15, { size: 12.5, bold: true }) +
    (bare ? '' : drawText(y.label, 8, 31, { size: 11, muted: true }));
  return { ...plot, content: `${heading}${plot.content}${named.join('')}` };
}

/** Line, intervals and marks, `dx` pixels to the right of where they belong. */
function seriesMarks(
  { marks, colour, symbol, second }: Series,
  dx: number,
  bounded: (value: number) => number,
): Plot.Markish[] {
  const drawn = marks.map(mark => ({ ...mark, y: bounded(mark.y) }));
  const ranges = drawn.flatMap(({ x, low, high }) =>
    low == null || high == null ? [] : [{ x, low: bounded(low), high: bounded(high) }],
  );
  return [
    Plot.line(
      drawn.filter(({ apart }) => apart !== true),
      { x: 'x', y: 'y', dx, stroke: colour, strokeWidth: 1.8, ...(second && { strokeDasharray: '5 4' }) },
    ),
    Plot.ruleX(ranges, { x: 'x', y1: 'low', y2: 'high', dx, stroke: colour, strokeWidth: 1.3, strokeOpacity: 0.7 }),
    Plot.dot(drawn, {
      x: 'x',
      y: 'y',
      dx,
      r: 3.6,
      symbol,
      fill: second ? PAPER : colour,
      stroke: second ? colour : PAPER,
      strokeWidth: second ? 1.6 : 0.8,
    }),
  ];
}

type Pixels = readonly [x: number, y: number];

/** A name beside the frame, with a thin line from its mark where that is not right beside it. */
function drawLabel(label: string, colour: string, [fromX, fromY]: Pixels, [x, y]: Pixels): string {
  const lead =
    Math.abs(y - fromY) > 3 || x - fromX > 14
      ? `<path d="M${px(fromX)},${px(fromY)}L${px(x - 2)},${px(y)}" stroke="${colour}" stroke-opacity="0.45" fill="none"/>`
      : '';
  return `${lead}<text x="${px(x)}" y="${px(y)}" dy="0.33em" font-size="11.5" fill="${colour}">${escapeXml(label)}</text>`;
}

function tickOptions(
  { ticks }: Axis,
  count: number,
): { ticks: number | number[]; tickFormat?: (at: number) => string } {
  if (ticks === undefined) return { ticks: count };
  const texts = new Map(ticks.map(({ at, text }) => [at, text]));
  return { ticks: ticks.map(({ at }) => at), tickFormat: at => texts.get(at) ?? '' };
}

/** Places labels as near as can be to where they belong, at least a line apart, within the frame. */
function spread<Label extends { readonly up: number }>(labels: readonly Label[], inside: number) {
  const sorted = labels.toSorted((a, b) => a.up - b.up).map(label => ({ ...label, placed: label.up }));
  // Blocks of labels that touch move together to where their mean belongs.
  const blocks = sorted.map(label => ({ labels: [label], middle: label.up }));
  for (let at = 0; at + 1 < blocks.length; ) {
    const [a, b] = [blocks[at]!, blocks[at + 1]!];
    const need = ((a.labels.length + b.labels.length) / 2) * LABEL_GAP;
    if (b.middle - a.middle >= need) {
      at++;
      continue;
    }
    const joined = [...a.labels, ...b.labels];
    blocks.splice(at, 2, { labels: joined, middle: joined.reduce((sum, { up }) => sum + up, 0) / joined.length });
    at = Math.max(0, at - 1);
  }
  for (const { labels, middle } of blocks) {
    const half = ((labels.length - 1) / 2) * LABEL_GAP;
    const centre = Math.max(half, Math.min(inside - half, middle));
    for (const [n, label] of labels.entries()) label.placed = centre - half + n * LABEL_GAP;
  }
  return sorted;
}

function px(value: number): string {
  return value.toFixed(1);
}
