import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../../simulations/runs/results.ts';
import { readJson, runCli, servingUrl, startCli, temporaryFolder } from '../../support/cli.ts';

test('simulate prints one JSON document, and the same in its run folder', async () => {
  const folder = join(temporaryFolder(), 'run');
  const { status, stdout } = await runCli(
    'simulate',
    '--data',
    'synthetic:tiny',
    '--rounds',
    '3',
    '--evaluate-every',
    '2',
    '--json',
    '--out',
    folder,
  );
  expect(status).toBe(0);
  const summary = JSON.parse(stdout) as RunSummary;
  expect(summary).toEqual(readJson(folder, 'summary.json'));
  expect(readdirSync(folder).toSorted()).toEqual([
    'catalogue.json',
    'config.json',
    'model.safetensors',
    'result.json',
    'rounds.jsonl',
    'summary.json',
    'users.csv',
  ]);
  const metrics = {
    full: {
      'hr@10': expect.any(Number),
      'ndcg@10': expect.any(Number),
      'recall@20': expect.any(Number),
      mrr: expect.any(Number),
    },
    sampled: { 'hr@10': expect.any(Number), 'ndcg@10': expect.any(Number) },
  };
  expect(summary).toMatchObject({
    status: 'finished',
    seed: 1,
    data: {
      name: expect.any(String),
      users: 60,
      items: expect.any(Number),
      interactions: expect.any(Number),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    learner: 'mf',
    rounds: 3,
    transport: 'memory',
    modelHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    metrics,
    baselines: { popularity: metrics, pooled: metrics, ease: metrics },
    privacy: { trust: 'central', epsilon: null, noiseMultiplier: 0, clipNorm: expect.any(Number) },
    bytes: { up: expect.any(Number), down: expect.any(Number) },
  });
});

test.each([
  { name: 'an unknown command', parameters: ['simulat'], says: /unknown command/ },
  { name: 'an unknown flag', parameters: ['simulate', '--lerner', 'mf'], says: /unknown option '--lerner'/ },
  { name: 'a flag that is no number', parameters: ['simulate', '--seed', 'x'], says: /whole number/ },
  { name: 'an unknown learner', parameters: ['simulate', '--learner', 'knn'], says: /no learner "knn".*mf/ },
  { name: 'an unknown option of the learner', parameters: ['simulate', '--set', 'dimensions=3'], says: /dimensions/ },
  { name: 'an unknown kind of data', parameters: ['simulate', '--data', 'parquet:x'], says: /parquet/ },
  {
    name: 'a cohort larger than the population',
    parameters: ['simulate', '--data', 'synthetic:tiny', '--cohort', '61'],
    says: /--cohort/,
  },
  {
    name: 'settings that exclude each other',
    parameters: ['simulate', '--transport', 'websocket', '--evaluate-every', '2'],
    says: /--evaluate-every/,
  },
  { name: 'a device without history', parameters: ['device', '--url', 'ws://127.0.0.1:1'], says: /--histories/ },
  { name: 'serve without a catalogue', parameters: ['serve', '--goal', '3'], says: /--catalogue/ },
  {
    name: 'an unknown limit',
    parameters: ['serve', '--data', 'synthetic:tiny', '--goal', '3', '--limit', 'maxDevices=3'],
    says: /no limit "maxDevices".*maxConnections/,
  },
])('$name is refused with status 2', async ({ parameters, says }) => {
  const out = parameters[0] === 'simulate' ? ['--out', join(temporaryFolder(), 'run')] : [];
  const { status, stdout, stderr } = await runCli(...parameters, ...out);
  expect(stderr).toMatch(says);
  expect(stderr).not.toContain('    at ');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

test('a missing data file fails with status 1, a sentence, and a run folder that says so', async () => {
  const folder = join(temporaryFolder(), 'run');
  const { status, stderr } = await runCli('simulate', '--data', 'movielens:/nowhere/u.data', '--out', folder);
  expect(status).toBe(1);
  expect(stderr).toMatch(/nowhere/);
  expect(readJson(folder, 'summary.json')).toMatchObject({ status: 'failed', error: { code: 'data' } });
});

test('an address that is taken is a sentence, not a stack', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const out = join(temporaryFolder(), 'run');
  const { status, stderr } = await runCli(
    'serve',
    '--data',
    'synthetic:tiny',
    '--goal',
    '3',
    '--port',
    String(port),
    '--out',
    out,
  );
  taken.close();
  expect(stderr).toMatch(/Cannot listen on 127.0.0.1:\d+.*Choose another/s);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(1);
});

test('a run is never overwritten', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'precious'), '');
  const { status, stderr } = await runCli('simulate', '--data', 'synthetic:tiny', '--out', folder);
  expect(status).toBe(2);
  expect(stderr).toMatch(/not empty/);
  expect(readdirSync(folder)).toEqual(['precious']);
});

test('serve and device train together and recommend', async () => {
  const folder = join(temporaryFolder(), 'run');
  const serving = startCli(
    'serve',
    '--data',
    'synthetic:tiny',
    '--port',
    '0',
    '--goal',
    '20',
    '--over-selection',
    '1',
    '--rounds',
    '2',
    '--linger',
    '30',
    '--json',
    '--out',
    folder,
  );
  const url = await servingUrl(serving);
  const device = await runCli(
    'device',
    '--url',
    url,
    '--data',
    'synthetic:tiny',
    '--first',
    '20',
    '--recommend',
    '5',
    '--json',
  );
  expect(device.status).toBe(0);
  const { contributions, recommendations } = JSON.parse(device.stdout) as {
    contributions: number;
    recommendations: Record<string, unknown[]>;
  };
  expect(contributions).toBe(40);
  expect(Object.values(recommendations).map(list => list.length)).toEqual(Array(20).fill(5));
  serving.child.kill('SIGINT');
  const { status, stdout } = await serving.result;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', rounds: 2 });
});
