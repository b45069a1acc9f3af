import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../../server/privacy/file-ledger.ts';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import type { TuneFlags } from '../../../simulations/cli/tune.ts';
import type { PrivateAnswer, PublicAnswer } from '../../../simulations/cli/tune-answer.ts';
import { tuneRequest } from '../../../simulations/cli/tune-request.ts';
import { readJson, runCli, temporaryFolder } from '../../support/cli.ts';

const GRID = ['--vary', 'mf.dimension=2,4', '--set', 'mf.rounds=2', '--set', 'delta=1e-3', '--workers', '0'];

describe('larder tune', () => {
  it('chooses on synthetic data without reading the private data', async () => {
    const out = join(temporaryFolder(), 'tune');
    const flags = [
      '--on',
      'synthetic:tiny',
      '--data',
      'csv:not-there.csv',
      '--epsilon',
      '6',
      '--seeds',
      '1,2',
      '--json',
    ];
    const { status, stdout } = await runCli('tune', ...GRID, ...flags, '--out', out);
    expect(status).toBe(0);
    const answer = JSON.parse(stdout) as PublicAnswer;
    expect(readJson(out, 'tuning.json')).toEqual(answer);
    expect(answer).toMatchObject({
      way: 'public',
      data: { name: 'synthetic:tiny', users: 60 },
      seeds: [1, 2],
      epsilon: 0,
    });
    const [first, second] = answer.candidates;
    expect(first!['hr@10']).toBeGreaterThanOrEqual(second!['hr@10']);
    expect(answer.best).toEqual({ learner: 'mf', settings: first!.settings });
    expect(first!.epsilon).toBeLessThanOrEqual(6.001);
    expect(answer.command).toMatch(/^npx larder simulate --data csv:not-there\.csv --learner mf .*--epsilon 6/);
  });

  it('selects privately, charges first, and keeps nothing of the other runs', async () => {
    const out = join(temporaryFolder(), 'tune');
    const flags = ['--private', '--data', 'synthetic:tiny', '--total-epsilon', '9', '--score-deviation', '6'];
    const { status, stdout, stderr } = await runCli(
      'tune',
      ...GRID,
      ...flags,
      '--best-of',
      '5',
      '--seed',
      '3',
      '--json',
      '--out',
      out,
    );
    expect(status).toBe(0);
    const answer = JSON.parse(stdout) as PrivateAnswer;
    expect(readJson(out, 'tuning.json')).toEqual(answer);
    expect(answer.privacy).toMatchObject({ accountant: 'rdp', delta: 1e-3, expectedRuns: 5, seed: 3 });
    expect(answer.privacy.epsilon).toBeLessThanOrEqual(9);
    // Progress would tell how many runs there were.
    expect(stderr.trim().split('\n')).toHaveLength(2);

    expect(readdirSync(out).toSorted()).toEqual(['catalogue.json', 'ledger.jsonl', 'model.safetensors', 'tuning.json']);
    const { charges, terms } = readLedger(join(out, 'ledger.jsonl'));
    expect(charges).toHaveLength(1);
    expect(epsilonOf(charges[0]!.mechanism, terms.delta, 'rdp', terms.adjacency)).toBe(answer.privacy.epsilon);
  });

  it.each<[TuneFlags, RegExp]>([
    [{ data: 'synthetic:tiny' }, /has looked at the data with every try.*--on DATA.*--private/],
    [{ on: true, private: true }, /two ways/],
    [{ on: true, bestOf: 3 }, /--best-of belongs to --private/],
    [{ private: true, seeds: [1, 2], epsilon: 1 }, /--seeds belongs to --on/],
    [{ private: true }, /Give --epsilon, of one run, or --total-epsilon/],
    [{ private: true, epsilon: 1, totalEpsilon: 2 }, /Give one of them/],
    [{ private: true, epsilon: 1, runs: 'sometimes' }, /no distribution of runs/],
  ])('refuses %j', async (flags, message) => {
    await expect(tuneRequest(undefined, { vary: { 'mf.dimension': [2, 4] }, ...flags }, () => {})).rejects.toThrow(
      message,
    );
  });

  it('takes a study file, which flags override', async () => {
    const study = join(temporaryFolder(), 'study.yaml');
    writeFileSync(study, 'data: csv:shop.csv\nepsilon: 2\nvary: { clipNorm: [1, 2] }\nset: { mf.rounds: 3 }\n');
    const flags = { private: true, vary: { clipNorm: [4, 5, 6] } } as const;
    const { candidates, way } = await tuneRequest(study, flags, () => {});
    expect(candidates.map(({ settings }) => [settings.data, settings.privacy.clipNorm])).toEqual([
      ['csv:shop.csv', 4],
      ['csv:shop.csv', 5],
      ['csv:shop.csv', 6],
    ]);
    expect(way).toMatchObject({ budget: { of: 'run', epsilon: 2 }, runs: { type: 'poisson', mean: 8 } });
    const { way: publicWay } = await tuneRequest(study, { on: 'synthetic:tiny' }, () => {});
    expect(publicWay).toEqual({ name: 'public', seeds: [1], target: 'csv:shop.csv' });
  });
});
