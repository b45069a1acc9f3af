import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../simulations/compare/comparison.ts';
import { readJson, runCli, startCli, temporaryFolder } from '../../support/cli.ts';
import { filesIn } from '../compare/study-support.ts';

const STUDY = `
  study: small
  data: synthetic:tiny
  learners: [popularity, mf]
  trust: [central, local]
  epsilon: [8, none]
  seeds: [1, 2]
  baselines: none
  set: { delta: 0.001, mf.rounds: 5 }
`;

function studyFile(text = STUDY): string {
  const path = join(temporaryFolder(), 'study.yaml');
  writeFileSync(path, text);
  return path;
}

/** The processes that a process started, where the system tells. */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a study', () => {
  test('killed in the middle and started again ends with the same bytes, in any number of processes', async () => {
    const [file, folder, killed] = [studyFile(), join(temporaryFolder(), 'whole'), join(temporaryFolder(), 'killed')];
    const whole = await runCli('compare', file, '--parallel', '2', '--out', folder);
    expect({ status: whole.status, stderr: whole.status === 0 ? '' : whole.stderr }).toEqual({ status: 0, stderr: '' });
    expect(whole.stderr).toMatch(/^13 jobs for 9 points\n/);
    expect(whole.stderr).toMatch(
      /\[12\/13\] synthetic-.*: NDCG@10 0\.\d{4} in .* s; about .* s left\n\[13\/13\] .* s\n$/,
    );
    expect(whole.stdout).toMatch(/synthetic:tiny \(60 users, 120 items, 908 pairs\), 56 users evaluated/);
    expect(whole.stdout).toMatch(/NDCG@10 *│ +epsilon 8 │ +no noise │\n│ popularity, central │ 0\.\d{4} ±\.\d{4} │/);
    expect(whole.stdout).toMatch(/difference to no noise *│ +epsilon 8 │.*\n│ popularity, central +│ +[-+]?\d+ % \(/);

    const parameters = ['compare', file, '--parallel', '1', '--out', killed];
    const { child, result } = startCli(...parameters);
    let children: number[] = [];
    child.stderr!.on('data', (text: string) => {
      if (child.killed || !text.includes('[4/13]')) return;
      children = childrenOf(child.pid!);
      child.kill('SIGKILL');
    });
    expect((await result).status).toBeNull();
    const resumed = await runCli(...parameters);
    expect({ status: resumed.status, stderr: resumed.status === 0 ? '' : resumed.stderr }).toEqual({
      status: 0,
      stderr: '',
    });
    expect(resumed.stderr).toMatch(/^13 jobs for 9 points, [4-6] of them done before\n/);
    expect(filesIn(killed)).toEqual(filesIn(folder));
    expect(children.filter(isAlive)).toEqual([]);
    if (process.platform === 'linux') expect(children).not.toEqual([]);
  });

  test('interrupted says how to go on, with what had finished', async () => {
    const folder = join(temporaryFolder(), 'study');
    const parameters = ['--parallel', '1', '--set', 'mf.rounds=100000', '--seeds', '1', '--json', '--out', folder];
    const { child, result } = startCli('compare', studyFile(), ...parameters);
    child.stderr!.on('data', (text: string) => {
      // A second one would end it at once.
      if (!child.killed && text.includes('[4/7]')) child.kill('SIGINT');
    });
    const { status, stdout } = await result;
    expect(status).toBe(130);
    const comparison = JSON.parse(stdout) as Comparison;
    expect(comparison).toEqual(readJson(folder, 'comparison.json'));
    expect(comparison.status).toBe('interrupted');
    expect(new Set(comparison.points.map(({ learner }) => learner))).toEqual(new Set([null, 'popularity']));
    expect(comparison.missing.map(({ reason, learner }) => `${reason} ${learner}`)).toEqual(
      Array.from({ length: 4 }, () => 'unfinished mf'),
    );
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  test('of flags alone prints tables of quality; a job that fails gives status 1, and the others stand', async () => {
    const folder = join(temporaryFolder(), 'study');
    const baselines = ['--baselines', 'ease', '--ease-lambda', '1e-300', '--measure', 'cold-start,cost'];
    const learners = ['--learners', 'popularity,mf', '--set', 'mf.rounds=3', '--seeds', '1,2'];
    const parameters = ['--data', 'synthetic:tiny', ...learners, ...baselines, '--parallel', '1', '--out', folder];
    const { status, stdout, stderr } = await runCli('compare', ...parameters);
    const comparison = readJson(folder, 'comparison.json') as Comparison;
    expect(comparison.missing).toMatchObject([{ reason: 'failed', baseline: 'ease', error: { code: 'numerical' } }]);
    expect(stderr).toContain(comparison.missing[0]!.error!.message);
    expect(stdout).toContain(`failed: synthetic:tiny: EASE, pooled (seed 1): `);
    // In four tables.
    for (const learner of ['popularity', 'mf']) expect(stdout.split(`│ ${learner}, federated `)).toHaveLength(5);
    expect(stdout).toMatch(/NDCG@10 .*last items.*\n.*\n.*last items *│ +1 │ +2 │ +5 │ +10 │ +20 │ +all/);
    expect(stdout).toMatch(/published: items x 32 floats.*│ +100 │ +15.4 kB │ +15.4 kB │ +100 │ +3.1 MB │ +100 %/);
    expect(status).toBe(1);
  });
});

test('what is asked wrongly is refused with status 2, and leaves no folder', async () => {
  const wrong = [
    { parameters: ['--learners', 'mf,knn'], says: /learner knn.*no learner "knn".*mf/ },
    { parameters: [studyFile('epsilon: 1\ntrusts: local')], says: /study.yaml is not a study:\n.*"trusts"/ },
  ];
  const folder = join(temporaryFolder(), 'study');
  const asked = wrong.map(({ parameters }) => runCli('compare', ...parameters, '--out', folder));
  for (const [n, { status, stdout, stderr }] of (await Promise.all(asked)).entries()) {
    expect(stderr).toMatch(wrong[n]!.says);
    expect(stderr).not.toContain('    at ');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }
  expect(existsSync(folder)).toBe(false);
});
