import { basename } from 'node:path';
import { SettingsError } from '../../shared/errors.ts';
import { type ColumnMapping, type ReadTable, readCsv } from './csv.ts';
import type { Dataset } from './dataset.ts';
import { readMovielens } from './movielens.ts';
import { readOnlineRetail } from './online-retail.ts';
import { makeSyntheticDataset } from './synthetic/index.ts';

export type { ColumnMapping } from './csv.ts';
export { DataError } from './data-error.ts';

export interface LoadOptions {
  /** Which column holds what, for `csv:PATH`; a role that is left out is found by its header name. */
  readonly columns?: ColumnMapping;
  /** The largest share of malformed rows that is no error, from 0 to 1. Default 0.01. */
  readonly maxBadShare?: number;
}

type Reader = (path: string, maxBadShare: number, columns: ColumnMapping) => Promise<ReadTable>;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['csv', (path, maxBadShare, columns) => readCsv(path, columns, maxBadShare)],
  ['movielens', readMovielens],
  ['online-retail', readOnlineRetail],
]);
const KINDS = 'synthetic, online-retail:PATH, movielens:PATH or csv:PATH';

/**
 * Loads or makes the data that `spec` names: `synthetic`, `synthetic:small`, `synthetic:users=1000000,items=20000` (see
 * parseWorldSpec), `online-retail:PATH`, `movielens:PATH`, `csv:PATH`. Files may be gzipped.
 * @throws SettingsError if the specification or an option is not valid; DataError if the file cannot be read as such data.
 */
export async function loadDataset(spec: string, options: LoadOptions = {}): Promise<Dataset> {
  const [kind = '', ...rest] = spec.split(':');
  const path = rest.join(':');
  const { columns = {}, maxBadShare = 0.01 } = options;
  if (!(maxBadShare >= 0 && maxBadShare <= 1))
    throw new SettingsError(`The largest share of malformed rows is ${maxBadShare}. Give a number from 0 to 1.`);
  if (options.columns !== undefined && kind !== 'csv')
    throw new SettingsError(`Columns are mapped for csv:PATH only, not for ${spec}. Leave the mapping out.`);
  if (kind === 'synthetic') return makeSyntheticDataset(path);
  const read = READERS.get(kind);
  if (read === undefined) throw new SettingsError(`There is no data called "${spec}". Give ${KINDS}.`);
  if (path === '') throw new SettingsError(`"${spec}" names no file. Give ${kind}:PATH.`);
  const { table, report } = await read(path, maxBadShare, columns);
  return table.toDataset(`${kind}:${basename(path)}`, report);
}
