import { LarderError } from '../../shared/errors.ts';

/** Traces cannot be read, or do not fit the data set. */
export class TraceError extends LarderError {
  readonly code = 'trace';
}

/** Times are milliseconds in 32 bits, which hold 49 days. */
export const MAX_TRACE_MS = 49 * 24 * 3600 * 1000;

/** When the devices of a population could be asked, how slow they are, and how often they fail. Time begins at 0. */
export interface DeviceTraces {
  /** Beyond, nothing is known of any device. */
  readonly endMs: number;
  /**
   * Device d is available from `fromMs[k]` up to, not with, `toMs[k]`, for k from `offsets[d]` up to, not with,
   * `offsets[d + 1]`: ascending, and with a gap between one and the next.
   */
  readonly offsets: Int32Array;
  readonly fromMs: Uint32Array;
  readonly toMs: Uint32Array;
  /** By device: how many times as long as the reference device it takes for the same (see `work.ts`). */
  readonly slowness: Float32Array;
  /** The probability that a device that was asked drops out, though it stays available. */
  readonly dropout: number;
}

/** Intervals in any order, of which row r is that device `devices[r]` is available from `fromMs[r]` to `toMs[r]`. */
export interface IntervalRows {
  readonly devices: Int32Array;
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
}

/** The intervals by device, cut to 0 to `endMs`, with those made one that overlap or touch. */
export function intervalsOf(
  count: number,
  { devices, fromMs, toMs }: IntervalRows,
  endMs: number,
): Pick<DeviceTraces, 'offsets' | 'fromMs' | 'toMs'> {
  const ends = new Int32Array(count + 1);
  for (const device of devices) ends[device + 1]!++;
  for (let device = 0; device < count; device++) ends[device + 1]! += ends[device]!;
  const next = ends.slice();
  const rows = new Int32Array(devices.length);
  for (let row = 0; row < devices.length; row++) rows[next[devices[row]!]!++] = row;

  const offsets = new Int32Array(count + 1);
  const from = new Uint32Array(devices.length);
  const to = new Uint32Array(devices.length);
  let kept = 0;
  for (let device = 0; device < count; device++) {
    const first = kept;
    sortByStart(rows, ends[device]!, ends[device + 1]!, fromMs);
    for (let at = ends[device]!; at < ends[device + 1]!; at++) {
      const row = rows[at]!;
      const start = Math.max(0, fromMs[row]!);
      const end = Math.min(endMs, toMs[row]!);
      if (start >= end) continue;
      if (kept > first && start <= to[kept - 1]!) {
        to[kept - 1] = Math.max(to[kept - 1]!, end);
      } else {
        from[kept] = start;
        to[kept++] = end;
      }
    }
    offsets[device + 1] = kept;
  }
  return { offsets, fromMs: from.slice(0, kept), toMs: to.slice(0, kept) };
}

/** Sorts rows[begin, end) by insertion: they are few, or nearly sorted. */
function sortByStart(rows: Int32Array, begin: number, end: number, fromMs: Float64Array): void {
  for (let at = begin + 1; at < end; at++) {
    const row = rows[at]!;
    let to = at;
    for (; to > begin && fromMs[rows[to - 1]!]! > fromMs[row]!; to--) rows[to] = rows[to - 1]!;
    rows[to] = row;
  }
}

/** When the interval ends that the moment falls into; undefined: the device is not available then. */
export function availableUntil(
  { offsets, fromMs, toMs }: Pick<DeviceTraces, 'offsets' | 'fromMs' | 'toMs'>,
  device: number,
  atMs: number,
): number | undefined {
  let low = offsets[device]!;
  let high = offsets[device + 1]!;
  // The first interval that ends after the moment is in [low, high].
  while (low < high) {
    const middle = (low + high) >> 1;
    if (toMs[middle]! > atMs) high = middle;
    else low = middle + 1;
  }
  return low < offsets[device + 1]! && fromMs[low]! <= atMs ? toMs[low] : undefined;
}
