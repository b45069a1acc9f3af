import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../shared/hash.ts';
import { decodeSafetensors } from '../../../shared/safetensors.ts';
import type { RunSummary } from '../../../simulations/runs/results.ts';
import { linesIn, readJson, runCli, startCli, temporaryFolder } from '../../support/cli.ts';

const TINY = ['--data', 'synthetic:tiny', '--baselines', 'none', '--json'];

async function summaryOf(...parameters: readonly string[]): Promise<RunSummary> {
  const { status, stdout, stderr } = await runCli(
    'simulate',
    ...TINY,
    '--out',
    join(temporaryFolder(), 'run'),
    ...parameters,
  );
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as RunSummary;
}

describe('a seed gives the same model bit by bit', () => {
  test.each([
    { learner: 'mf', parameters: ['--rounds', '4', '--seed', '3'] },
    { learner: 'mf', parameters: ['--rounds', '4', '--seed', '3', '--cohort', '17'] },
    { learner: 'popularity', parameters: ['--seed', '3'] },
    { learner: 'ease', parameters: ['--seed', '3'] },
    { learner: 'spectral', parameters: ['--seed', '3', '--set', 'columns=8'] },
    { learner: 'ials', parameters: ['--seed', '3', '--rounds', '3', '--set', 'dimension=8'] },
  ])('$learner $parameters: in memory and over sockets', async ({ learner, parameters }) => {
    const [memory, sockets, otherSeed] = await Promise.all([
      summaryOf('--learner', learner, ...parameters),
      summaryOf('--learner', learner, ...parameters, '--transport', 'websocket', '--processes', '3'),
      summaryOf('--learner', learner, ...parameters, '--seed', '4'),
    ]);
    expect(sockets.modelHash).toBe(memory.modelHash);
    expect(sockets.metrics).toEqual(memory.metrics);
    expect(otherSeed.modelHash === memory.modelHash).toBe(['popularity', 'ease'].includes(learner));
    // In memory nobody greets without being asked.
    if (!parameters.includes('--cohort')) expect(memory.bytes).toEqual(sockets.bytes);
  });
});

test('killing a third of the device processes in mid-round neither hangs nor corrupts the run', async () => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  const parameters = ['--learner', 'mf', '--rounds', '6', '--transport', 'websocket', '--processes', '6'];
  const { child, result } = startCli('simulate', ...TINY, '--out', folder, ...parameters);
  await linesIn(folder, 'rounds.jsonl', 2, result);
  for (const pid of childrenOf(child.pid!).slice(0, 2)) process.kill(pid, 'SIGKILL');
  const { status, stdout, stderr } = await result;
  expect(stderr).toContain('SIGKILL');
  expect(status).toBe(0);
  const summary = JSON.parse(stdout) as RunSummary;
  expect(summary).toMatchObject({ status: 'finished', rounds: 6 });
  const model = readFileSync(join(folder, 'model.safetensors'));
  expect(contentHash(model)).toBe(summary.modelHash);
  expect(decodeSafetensors(model).values.every(Number.isFinite)).toBe(true);
  const rounds = readFileSync(join(folder, 'rounds.jsonl'), 'utf8').trim().split('\n');
  const counted = rounds.map(line => (JSON.parse(line) as { counted: number }).counted);
  expect(counted[0]).toBe(60);
  expect(counted.at(-1)).toBe(40);
});

test('Ctrl-C ends cleanly and leaves a run folder that says so', async () => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  const { child, result } = startCli('simulate', ...TINY, '--out', folder, '--rounds', '100000');
  await linesIn(folder, 'rounds.jsonl', 3, result);
  child.kill('SIGINT');
  const { status, stdout } = await result;
  expect(status).toBe(130);
  const summary = readJson(folder, 'summary.json') as RunSummary;
  expect(JSON.parse(stdout)).toEqual(summary);
  expect(summary).toMatchObject({ status: 'interrupted', metrics: null });
  expect(contentHash(readFileSync(join(folder, 'model.safetensors')))).toBe(summary.modelHash);
});

test('a killed process leaves the rounds so far and a summary that says it was running', async () => {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  const { child, result } = startCli('simulate', ...TINY, '--out', folder, '--rounds', '100000');
  await linesIn(folder, 'rounds.jsonl', 3, result);
  child.kill('SIGKILL');
  await result;
  expect(readJson(folder, 'summary.json')).toMatchObject({ status: 'running' });
  decodeSafetensors(readFileSync(join(folder, 'model.safetensors')));
});

function childrenOf(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, ppid]) => (ppid === parent ? [pid!] : []));
}
