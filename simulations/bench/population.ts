import { execFile } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from './figure.ts';
import type { PopulationReport } from './population-process.ts';

const LARGE = 1_000_000;
const SMALL = 100_000;

/** GB resident at the peak of simulating mf with a million virtual devices of 50 purchases, from their making on. */
export async function populationMemory(): Promise<Figure> {
  const { peakBytes } = await report(LARGE);
  const note = '1,000,000 devices of 50 purchases, 20,000 items, mf, 2 workers; a process of its own';
  return { id: 'population-memory', value: peakBytes / 1e9, unit: 'GB', note };
}

/** Seconds of a round that asks 10,000 of them, against the same cohort of a tenth of the population. */
export async function populationCohort(): Promise<Figure> {
  const large = await report(LARGE);
  const small = await report(SMALL);
  const value = large.secondsByCohort['10000']!;
  const rival = small.secondsByCohort['10000']!;
  const others = Object.entries(large.secondsByCohort).map(([cohort, seconds]) => `${cohort}: ${seconds.toFixed(3)} s`);
  return {
    id: 'population-cohort',
    value,
    unit: 's',
    rival,
    ratio: rival / value,
    note: `cohort of ${others.join(', ')}`,
  };
}

const reports = new Map<number, Promise<PopulationReport>>();

/** In a process of its own, so that nothing else counts. */
function report(devices: number): Promise<PopulationReport> {
  const known = reports.get(devices) ?? run(devices);
  reports.set(devices, known);
  return known;
}

async function run(devices: number): Promise<PopulationReport> {
  const file = fileURLToPath(new URL(`./population-process${extname(import.meta.url)}`, import.meta.url));
  const loader = file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
  const { stdout } = await promisify(execFile)(process.execPath, [...loader, file, String(devices)]);
  return JSON.parse(stdout) as PopulationReport;
}
