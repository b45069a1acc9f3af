import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadDataset } from '../data/index.ts';
import { type RunData, runDataOf } from '../simulate/simulate.ts';

/** As many users, items and purchases as MovieLens-1M has. */
const SAME_SHAPE = 'synthetic:users=6040,items=3706,purchases=165';

let loaded: Promise<BenchData> | undefined;

export interface BenchData extends RunData {
  /** What it is. */
  readonly note: string;
}

/** MovieLens-1M from the folder that LARDER_DATA names, or a synthetic world of that shape. Loaded once. */
export function benchData(): Promise<BenchData> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<BenchData> {
  const { LARDER_DATA: folder } = process.env;
  const file = folder && join(folder, 'movielens-1m', 'interactions.csv.gz');
  const real = file && existsSync(file);
  const dataset = await loadDataset(real ? `csv:${file}` : SAME_SHAPE);
  return {
    ...runDataOf(dataset, 'last-item'),
    note: real ? 'MovieLens-1M' : `${SAME_SHAPE}, as LARDER_DATA names no MovieLens-1M`,
  };
}
