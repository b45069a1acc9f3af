import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { learnerDefinitions } from '../../../shared/learners/index.ts';
import type { Comparison } from '../../../simulations/compare/comparison.ts';
import { readJson, runCli, startCli, temporaryFolder } from '../../support/cli.ts';

test('compare tells quality, quality by history length and cost of every learner', async () => {
  const folder = join(temporaryFolder(), 'comparison');
  const parameters = ['--data', 'synthetic:tiny', '--seeds', '1', '--set', 'mf.rounds=3', '--out', folder];
  const { status, stdout, stderr } = await runCli('compare', ...parameters);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  for (const learner of learnerDefinitions.keys()) {
    // In four tables.
    expect(stdout.split(`│ ${learner}, federated `)).toHaveLength(5);
    expect(existsSync(join(folder, `${learner}-seed-1`, 'summary.json'))).toBe(true);
  }
  expect(stdout).toMatch(/NDCG@10 .*last items.*\n.*\n.*last items *│ +1 │ +2 │ +5 │ +10 │ +20 │ +all/);
  expect(stdout).toMatch(/published: items x 32 floats.*│ +100 │ +15.4 kB │ +15.4 kB │ +100 │ +3.1 MB │ +100 %/);
  expect(stdout).toContain('EASE, pooled');
});

test('compare --json prints one document; a baseline that fails gives status 1, and the others stand', async () => {
  const folder = join(temporaryFolder(), 'comparison');
  const baselines = ['--baselines', 'ease', '--ease-lambda', '1e-300'];
  const learners = ['--learners', 'popularity', '--set', 'popularity.clipNorm=16', '--seeds', '1,2'];
  const parameters = ['--data', 'synthetic:tiny', ...learners, ...baselines, '--json', '--out', folder];
  const { status, stdout, stderr } = await runCli('compare', ...parameters);
  const comparison = JSON.parse(stdout) as Comparison;
  expect(comparison).toEqual(readJson(folder, 'comparison.json'));
  expect(comparison.failed).toMatchObject([{ job: { contender: 'EASE, pooled' }, error: { code: 'numerical' } }]);
  expect(stderr).toContain(comparison.failed[0]!.error.message);
  expect(comparison.quality).toMatchObject([
    { contender: 'popularity, pooled', seeds: 1 },
    { contender: 'popularity, federated', seeds: 2 },
  ]);
  expect(status).toBe(1);
});

test('Ctrl-C ends a comparison cleanly, with what had finished', async () => {
  const folder = join(temporaryFolder(), 'comparison');
  const learners = ['--learners', 'popularity,mf', '--set', 'mf.rounds=100000', '--seeds', '1'];
  const { child, result } = startCli('compare', '--data', 'synthetic:tiny', ...learners, '--json', '--out', folder);
  child.stderr!.on('data', (text: string) => {
    // A second one would end it at once.
    if (!child.killed && /mf, federated.*training/.test(text)) child.kill('SIGINT');
  });
  const { status, stdout } = await result;
  expect(status).toBe(130);
  const { quality, ...comparison } = JSON.parse(stdout) as Comparison;
  expect(comparison.status).toBe('interrupted');
  expect(quality.map(({ contender }) => contender)).toEqual(['popularity, pooled', 'popularity, federated']);
});

test('what is asked wrongly is refused with status 2, and leaves no folder', async () => {
  const wrong = [
    { parameters: ['--learners', 'mf,knn'], says: /no learner "knn".*mf/ },
    { parameters: ['--seeds', '1,x'], says: /whole number/ },
    { parameters: ['--baselines', 'als'], says: /baselines/ },
  ];
  const folder = join(temporaryFolder(), 'comparison');
  const asked = wrong.map(({ parameters }) => runCli('compare', ...parameters, '--out', folder));
  for (const [n, { status, stdout, stderr }] of (await Promise.all(asked)).entries()) {
    expect(stderr).toMatch(wrong[n]!.says);
    expect(stderr).not.toContain('    at ');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }
  expect(existsSync(folder)).toBe(false);
});
