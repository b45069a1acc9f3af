import { cpus } from 'node:os';
import Table from 'cli-table3';
import { SettingsError } from '../../shared/errors.ts';
import type { Figure } from '../bench/figure.ts';
import { BENCHMARKS } from '../bench/index.ts';
import type { BenchFlags } from './bench.ts';
import { printJson } from './output.ts';

export async function runBench({ only = [...BENCHMARKS.keys()], json = false }: BenchFlags): Promise<void> {
  const unknown = only.filter(id => !BENCHMARKS.has(id));
  if (unknown.length > 0) {
    throw new SettingsError(
      `There is no figure ${unknown.join(', ')}. Choose of ${[...BENCHMARKS.keys()].join(', ')}.`,
    );
  }
  const processors = cpus();
  const machine = `${processors[0]?.model ?? 'unknown'}, ${processors.length} cores, Node ${process.version}`;
  const figures: Figure[] = [];
  for (const id of only) {
    process.stderr.write(`measuring ${id}\n`);
    figures.push(await BENCHMARKS.get(id)!());
  }
  if (json) return printJson({ machine, figures });
  const table = new Table({
    head: ['figure', 'value', 'rival', 'ratio', 'unit'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { id, value, rival, ratio, unit } of figures) {
    table.push([id, format(value), rival === undefined ? '' : format(rival), ratio?.toFixed(2) ?? '', unit]);
  }
  const notes = figures.flatMap(({ id, note }) => (note === undefined ? [] : [`${id}: ${note}\n`]));
  process.stdout.write(`${machine}\n${table.toString()}\n${notes.join('')}`);
}

function format(value: number): string {
  return value.toPrecision(4);
}
