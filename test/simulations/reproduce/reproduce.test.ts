import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePrivacyOptions } from '../../../server/privacy/options.ts';
import { firstDifference } from '../../../simulations/reproduce/difference.ts';
import { readKeptRun } from '../../../simulations/reproduce/kept-run.ts';
import { type Reproduction, reproduce } from '../../../simulations/reproduce/reproduce.ts';
import { RunFolder } from '../../../simulations/runs/run-folder.ts';
import { type SimulateOptions, simulateSettings } from '../../../simulations/simulate/settings.ts';
import { simulate } from '../../../simulations/simulate/simulate.ts';
import { startCli, temporaryFolder } from '../../support/cli.ts';

const HOOKS = { signal: new AbortController().signal, progress: () => {}, notice: () => {} };
const mf = { learner: 'mf', learnerOptions: { rounds: 3, dimension: 4 } };

async function keptRun(options: SimulateOptions): Promise<string> {
  const folder = new RunFolder(join(temporaryFolder(), 'run'));
  await simulate('a-run', simulateSettings({ data: 'synthetic:tiny', baselines: [], ...options }), folder, HOOKS);
  return folder.path;
}

async function repeat(folder: string, options = {}): Promise<Reproduction> {
  return (await reproduce(await readKeptRun(folder, () => {}), options, HOOKS))!;
}

describe('a run is done again bit for bit', () => {
  test.each<SimulateOptions>([
    mf,
    { ...mf, seed: 5, cohort: 20, evaluateEvery: 2 },
    { ...mf, privacy: { epsilon: 2 } },
    { ...mf, privacy: { epsilon: 2, trust: 'local' } },
    { ...mf, privacy: { noiseMultiplier: 1, sampling: 'poisson' }, cohort: 20 },
    { ...mf, privacy: { noiseMultiplier: 1, clipQuantile: 0.5 } },
    { ...mf, privacy: { noiseMultiplier: 1, noise: 'blt' } },
    { ...mf, learnerOptions: { ...mf.learnerOptions, solver: 'sgd' }, holdout: 'last-basket' },
    { learner: 'ease', privacy: { epsilon: 8 }, evaluateUsers: 10 },
    { learner: 'spectral', learnerOptions: { columns: 8 } },
    { learner: 'ials', learnerOptions: { dimension: 8 } },
    { learner: 'popularity', trace: 'always', cohort: 10 },
  ])('%j', async options => {
    const found = await repeat(await keptRun(options), { workers: 1 });
    expect(found.files.filter(({ same }) => !same)).toEqual([]);
    expect(found.files.map(({ name }) => name)).toEqual([
      'result.json',
      'rounds.jsonl',
      'users.csv',
      'model.safetensors',
    ]);
    expect(found.matched).toBe(true);
  });

  test('over sockets too, but for the times', async () => {
    const found = await repeat(await keptRun({ ...mf, transport: 'websocket', processes: 2 }));
    expect(found).toMatchObject({ matched: true });
  });
});

test('what differs is told', async () => {
  const folder = await keptRun({ learner: 'popularity' });
  const path = join(folder, 'users.csv');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[3] = '1,2,3,4,5';
  writeFileSync(path, lines.join('\n'));
  writeFileSync(join(folder, 'model.safetensors'), 'not the model');
  const { stdout, status } = await startCli('reproduce', folder).result;
  expect(status).toBe(1);
  expect(stdout).toMatch(/same +result.json/);
  expect(stdout).toMatch(/DIFFERENT +users.csv: line 4: kept "1,2,3,4,5"/);
  expect(stdout).toMatch(/DIFFERENT +model.safetensors/);
  expect(stdout).toContain('did NOT match');
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no run at all', {}, /holds no config.json.*Name the folder of a run/],
  ['a run that did not finish', { 'config.json': '{}' }, /config.json is not what a run writes/],
  ['a torn file', { 'config.json': '{"run' }, /is no JSON/],
])('%s: says so', async (_, files, message) => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await expect(readKeptRun(folder, () => {})).rejects.toThrow(message);
});

test('other data are not run on', async () => {
  const folder = await keptRun({ learner: 'popularity' });
  await expect(repeat(folder, { data: 'synthetic:tiny,seed=9' })).rejects.toMatchObject({ code: 'data' });
});

test('privacy settings with all defaults filled in are the same settings', () => {
  for (const options of [{}, { epsilon: 1 }, { epsilon: 1, sampling: 'min-separation', minSeparation: 3 }] as const) {
    const compiled = compilePrivacyOptions(options);
    expect(compilePrivacyOptions(compiled)).toEqual(compiled);
  }
});

test('a difference is shown where it begins', () => {
  expect(firstDifference('a\nb', 'a\nb')).toBeUndefined();
  expect(firstDifference('a\nb', 'a\nc')).toBe('line 2: kept "b", repeated "c"');
  expect(firstDifference('a', 'a\nc')).toBe('line 2: kept nothing, repeated "c"');
  const long = 'x'.repeat(500);
  expect(firstDifference(`${long}1${long}`, `${long}2${long}`)).toMatch(/^line 1: kept "…x+1x+…", repeated "…x+2x+…"$/);
});
