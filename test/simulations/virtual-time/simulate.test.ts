import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RoundLine, RunSummary } from '../../../simulations/runs/results.ts';
import { RunFolder } from '../../../simulations/runs/run-folder.ts';
import { type SimulateOptions, simulateSettings } from '../../../simulations/simulate/settings.ts';
import { loadRunData, simulate } from '../../../simulations/simulate/simulate.ts';
import { runCli, temporaryFolder } from '../../support/cli.ts';

const TINY = { data: 'synthetic:tiny', baselines: [], learnerOptions: { rounds: 12, dimension: 4 } };
const HOOKS = { signal: new AbortController().signal, progress: () => {} };

async function run(options: SimulateOptions): Promise<{ summary: RunSummary; rounds: RoundLine[]; notices: string[] }> {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  const notices: string[] = [];
  const hooks = { ...HOOKS, notice: (sentence: string) => notices.push(sentence) };
  const summary = await simulate('run', simulateSettings({ ...TINY, ...options }), folder, hooks);
  const lines = readFileSync(join(folder.path, 'rounds.jsonl'), 'utf8').trim().split('\n');
  return { summary, rounds: lines.map(line => JSON.parse(line) as RoundLine), notices };
}

test('a seed fixes a run on traces, at any number of threads', async () => {
  const traced = { trace: 'diurnal', cohort: 10, trainMs: 30_000, evaluateEvery: 5 };
  const one = await run(traced);
  const threads = await run({ ...traced, workers: 2 });
  const other = await run({ ...traced, seed: 2 });
  expect(one.summary).toMatchObject({ status: 'finished', rounds: 12, virtualTime: { wasted: expect.any(Number) } });
  expect(threads.rounds).toEqual(one.rounds);
  expect(threads.summary.virtualTime).toEqual(one.summary.virtualTime);
  expect(other.summary.modelHash).not.toBe(one.summary.modelHash);
  expect(other.summary.virtualTime).not.toEqual(one.summary.virtualTime);
});

test('by the command line, with seconds', async () => {
  const out = join(temporaryFolder(), 'run');
  const flags =
    '--data synthetic:tiny --baselines none --workers 0 --rounds 2 --cohort 5 --trace always:dropout=0,spread=0,slowness=3,days=0.01 --deadline 12.5 --over-selection 1 --minimum 1';
  const { stdout, stderr } = await runCli('simulate', ...flags.split(' '), '--out', out);
  expect(stderr).toContain('The traces end after 0 of 2 rounds');
  // Nobody is through with 30 s of work in time.
  expect(stdout).toMatch(/virtual time: 14.4 min, no round was folded; devices worked .* min, 100.0 % of it wasted/);
  const [line] = readFileSync(join(out, 'rounds.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(line!)).toMatchObject({ asked: 5, released: 5, trainingMs: 12_500, reason: 'too_few_in_time' });
});

test('traces from a file: devices that it does not name are not asked, and its end is the end of the run', async () => {
  const settings = simulateSettings({ ...TINY, cohort: 2 });
  const { split } = await loadRunData(settings, { ...HOOKS, notice: () => {} });
  const path = join(temporaryFolder(), 'traces.csv');
  const rows = [3, 5, 8].map(user => `${split.users.at(user)},0,100,1`);
  writeFileSync(path, ['device,from,to,slowness', ...rows].join('\n'));
  const { summary, rounds, notices } = await run({ trace: path, cohort: 2, overSelection: 1.5 });
  expect(rounds.slice(0, -1).every(({ asked, counted }) => asked === 3 && counted === 2)).toBe(true);
  // Each takes a little more than 10 s.
  expect(summary).toMatchObject({ status: 'finished', rounds: 9, virtualTime: { durationMs: 100_000 } });
  expect(summary.metrics).not.toBeNull();
  expect(notices).toEqual(['The traces end after 9 of 12 rounds. Give longer ones to go on.']);
});

test('devices take part as seldom as min-separation says, though they are there', async () => {
  const privacy = { epsilon: 8, delta: 1e-6, sampling: 'min-separation', minSeparation: 4 } as const;
  const { rounds, summary } = await run({ trace: 'always:dropout=0', cohort: 12, overSelection: 1, privacy });
  // 60 devices, of which 36 rest.
  expect(rounds.map(({ counted }) => counted)).toEqual(Array.from({ length: 12 }, () => 12));
  expect(summary.privacy).toMatchObject({ sampling: 'min-separation', minSeparation: 4 });
  // With 20 asked for 15, everybody rests after three releases.
  const few = await run({ trace: 'always:dropout=0,days=0.05', cohort: 15, minimum: 10, privacy });
  expect(few.rounds.slice(0, 5).map(({ reason, asked }) => reason ?? asked)).toEqual([
    20,
    20,
    20,
    'too_few_ready',
    'too_few_ready',
  ]);
});

describe('what does not go together is refused', () => {
  test.each<[SimulateOptions, RegExp]>([
    [{ trace: 'diurnal' }, /--cohort/],
    [{ trace: 'diurnal:hours', cohort: 5 }, /"hours" does not fit/],
    [{ trace: 'always', cohort: 5, transport: 'websocket' }, /--transport memory/],
    [{ trace: 'always', cohort: 5, privacy: { epsilon: 8, delta: 1e-6, sampling: 'poisson' } }, /min-separation/],
    [{ trace: 'always', cohort: 5, minimum: 6 }, /cannot be the minimum/],
    [{ trace: 'always', cohort: 5, trainMs: 0 }, /trainMs/],
    [{ overSelection: 1.3 }, /Without a trace/],
    [{ minimum: 3 }, /Without a trace/],
    [{ trainMs: 1_000 }, /Without a trace/],
  ])('%j', (options, says) => {
    expect(() => simulateSettings({ ...TINY, ...options })).toThrow(says);
  });
});
