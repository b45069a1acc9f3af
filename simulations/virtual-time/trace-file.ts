import { type Aliases, findColumns, headerOf, listed } from '../data/columns.ts';
import { Growable } from '../data/growable.ts';
import type { Row } from '../data/row.ts';
import { idProblem, notA, widthProblem } from '../data/row-problems.ts';
import { scanFile } from '../data/scanner.ts';
import type { Ids } from '../data/shared-columns.ts';
import { type DeviceTraces, intervalsOf, MAX_TRACE_MS, TraceError } from './traces.ts';

const COLUMNS: Aliases<'device' | 'from' | 'to' | 'slowness'> = {
  device: ['device', 'user'],
  from: ['from'],
  to: ['to'],
  slowness: ['slowness'],
};

interface Columns {
  readonly device: number;
  readonly from: number;
  readonly to: number;
  readonly slowness?: number;
  readonly width: number;
}

/**
 * Traces from a text file whose first line names its columns: `device`, `from` and `to` in seconds, and maybe `slowness`,
 * the same in all rows of a device. Rows come in any order. A device that no row names is never available, and nobody drops
 * out but by its availability's end: what happened to these devices is what the file says.
 *
 * @throws TraceError naming the first line that is not such a row.
 */
export async function readTraces(path: string, users: Ids): Promise<DeviceTraces> {
  const indices = new Map<string, number>();
  for (let user = 0; user < users.length; user++) indices.set(users.at(user)!, user);
  const devices = new Growable(Int32Array);
  const from = new Growable(Float64Array);
  const to = new Growable(Float64Array);
  const slowness = new Float32Array(users.length);
  let columns: Columns | undefined;
  let endMs = 0;
  await scanFile(path, { quotes: true }, row => {
    if (columns === undefined) {
      columns = columnsOf(row, path);
      return;
    }
    const problem = problemOf(row, columns, indices, slowness);
    if (problem !== undefined) throw new TraceError(`${path}, line ${row.line}: ${problem}. Correct the line.`);
    const device = indices.get(row.text(columns.device).trim())!;
    const toMs = Math.round(row.number(columns.to) * 1000);
    devices.push(device);
    from.push(Math.round(row.number(columns.from) * 1000));
    to.push(toMs);
    endMs = Math.max(endMs, toMs);
    slowness[device] = columns.slowness === undefined ? 1 : row.number(columns.slowness);
  });
  if (endMs === 0) throw new TraceError(`${path} holds no intervals. Write one device,from,to a line, after a header.`);
  const rows = { devices: devices.values(), fromMs: from.values(), toMs: to.values() };
  return { endMs, ...intervalsOf(users.length, rows, endMs), slowness, dropout: 0 };
}

function columnsOf(row: Row, path: string): Columns {
  const header = headerOf(row);
  const { device, from, to, slowness } = findColumns(header, COLUMNS, {});
  if (device === undefined || from === undefined || to === undefined)
    throw new TraceError(
      `${path}: the first line names ${listed(header)}. Traces have the columns device, from, to and maybe slowness.`,
    );
  return { device, from, to, ...(slowness !== undefined && { slowness }), width: header.length };
}

/** What is wrong with a row, if anything is; `slownesses` are those read so far, 0 where there is none. */
function problemOf(
  row: Row,
  { device, from, to, slowness, width }: Columns,
  indices: ReadonlyMap<string, number>,
  slownesses: Float32Array,
): string | undefined {
  const problem = widthProblem(row, width) ?? idProblem(row, device, 'device');
  if (problem !== undefined) return problem;
  const id = row.text(device).trim();
  const index = indices.get(id);
  if (index === undefined) return `the data set has no device "${id}"`;
  if (!(row.number(from) >= 0)) return notA(row, from, 'a time in seconds from 0');
  if (!(row.number(to) > row.number(from)))
    return notA(row, to, 'a time in seconds after the one it is available from');
  if (row.number(to) * 1000 > MAX_TRACE_MS) return notA(row, to, `a time in the first ${MAX_TRACE_MS / 1000} seconds`);
  if (slowness === undefined) return undefined;
  if (!(row.number(slowness) > 0)) return notA(row, slowness, 'a factor above 0');
  const before = slownesses[index]!;
  if (before !== 0 && before !== Math.fround(row.number(slowness))) return `device "${id}" has another slowness above`;
  return undefined;
}
