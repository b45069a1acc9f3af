import { bytesText } from '../../cli/table.ts';
import type { Axis, Mark, Tick } from '../draw/chart.ts';
import type { Measured } from '../points.ts';

/** The widest that a figure is drawn, in pixels: a page's column, or two columns of a paper. */
export const FIGURE_WIDTH = 960;

/** Where epsilons, at least one, are on a logarithmic axis, with room for what has no epsilon to their right. */
export interface EpsilonAxis extends Axis {
  at(epsilon: number | null): number;
  /** Of the pooled twins. */
  readonly pooled: number;
}

export function epsilonAxis(epsilons: readonly number[], withPlain: boolean, withPooled: boolean): EpsilonAxis {
  const logs = epsilons.map(Math.log2);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(1, (high - low) / Math.max(1, epsilons.length - 1));
  const none = high + 1.25 * room;
  const pooled = withPlain ? none + room : none;
  return {
    label: 'epsilon: a smaller one promises more',
    domain: [low - 0.35 * room, (withPooled ? pooled : withPlain ? none : high) + 0.35 * room],
    ticks: [
      ...epsilons.map(epsilon => ({ at: Math.log2(epsilon), text: String(epsilon) })),
      ...(withPlain ? [{ at: none, text: 'no noise' }] : []),
      ...(withPooled ? [{ at: pooled, text: 'pooled' }] : []),
    ],
    at: epsilon => (epsilon === null ? none : Math.log2(epsilon)),
    pooled,
  };
}

/** From zero to a little above the highest mean; of longer intervals the ends are cut. */
export function qualityAxis(label: string, marks: readonly Pick<Mark, 'y' | 'high'>[]): Axis {
  const highest = Math.max(0, ...marks.map(({ y }) => y));
  const ends = Math.max(0, ...marks.map(({ high }) => high ?? 0));
  return { label, domain: [0, Math.max(1e-6, Math.min(1.06 * Math.max(ends, highest), 1.3 * highest))] };
}

export function numberAxis(label: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high === low ? 1 : 0.06 * (high - low);
  return { label, domain: [low - room, high + room] };
}

/** Decimal logarithms, with up to five powers of ten named or, where there are fewer, the values. */
export function logAxis(label: string, values: readonly number[], text: (value: number) => string): Axis {
  const logs = values.map(Math.log10);
  const axis = numberAxis(label, logs);
  const [low, high] = axis.domain;
  const [first, last] = [Math.ceil(low), Math.floor(high)];
  const step = Math.max(1, Math.ceil((last - first) / 4));
  const powers: Tick[] = [];
  for (let power = first; power <= last; power += step) powers.push({ at: power, text: text(10 ** power) });
  const each = Array.from(new Set(values)).map(value => ({ at: Math.log10(value), text: text(value) }));
  return { ...axis, ticks: powers.length < 2 && each.length <= 8 ? each : powers };
}

/** Whole numbers, about five of them named. */
export function countAxis(label: string, values: readonly number[]): Axis {
  const axis = numberAxis(label, values);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = Math.max(1, Math.ceil((high - low) / 5));
  const ticks: Tick[] = [];
  for (let at = low; at <= high; at += step) ticks.push({ at, text: String(at) });
  return { ...axis, ticks };
}

/** Categories in a row. */
export function categoryAxis(label: string, names: readonly string[]): Axis {
  return { label, domain: [-0.4, names.length - 0.6], ticks: names.map((text, at) => ({ at, text })) };
}

/** Shares, in per cent. */
export function shareAxis(label: string, high: number): Axis {
  const ticks: Tick[] = [];
  for (let percent = 0; percent <= 100 * high + 1e-9; percent += 25)
    ticks.push({ at: percent / 100, text: `${percent} %` });
  return { label, domain: [0, high], ticks };
}

/** `10 kB`: whole where it can be. */
export function roundBytes(bytes: number): string {
  return bytesText(bytes).replace('.0 ', ' ');
}

export function markOf(x: number, { mean, low, high }: Measured): Mark {
  return { x, y: mean, low, high };
}
