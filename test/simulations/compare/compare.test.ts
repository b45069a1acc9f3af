import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { learnerDefinitions, learnerDefinitionsWith } from '../../../shared/learners/index.ts';
import { compare } from '../../../simulations/compare/compare.ts';
import { costOf } from '../../../simulations/compare/cost.ts';
import { type CompareOptions, type Job, runJobs } from '../../../simulations/compare/jobs.ts';
import type { RoundLine, RunSummary } from '../../../simulations/runs/results.ts';
import { RunFolder } from '../../../simulations/runs/run-folder.ts';
import type { SimulateHooks } from '../../../simulations/simulate/hooks.ts';
import { simulate } from '../../../simulations/simulate/simulate.ts';
import { readJson, temporaryFolder } from '../../support/cli.ts';

const TINY: CompareOptions = {
  data: 'synthetic:tiny',
  learners: ['popularity', 'mf'],
  seeds: [3, 5],
  set: { 'mf.rounds': 6 },
};

function hooks(onProgress: (label: string) => void = () => {}): SimulateHooks & { readonly notices: string[] } {
  const notices: string[] = [];
  return {
    notices,
    signal: new AbortController().signal,
    progress: ({ label }) => onProgress(label),
    notice: sentence => notices.push(sentence),
  };
}

it('makes the runs that simulate makes, and tables of them', async () => {
  const path = join(temporaryFolder(), 'comparison');
  const jobs = runJobs(TINY);
  const comparison = await compare('test', jobs, undefined, new RunFolder(path), hooks());
  expect(comparison).toEqual(readJson(path, 'comparison.json'));
  expect(comparison).toMatchObject({ compare: 'test', status: 'finished', holdout: 'last-item', failed: [] });
  expect(comparison.data).toMatchObject({ users: 60, items: 120 });

  const { name, settings } = jobs[3]!;
  const alone = await simulate(name, settings, new RunFolder(join(temporaryFolder(), 'run')), hooks());
  const { seconds: _, devicesPerSecond: __, ...repeatable } = alone;
  expect(readJson(path, name, 'summary.json')).toMatchObject(repeatable);
  expect(comparison.results.find(({ job }) => job.name === name)).toMatchObject({
    metrics: alone.metrics,
    run: { summary: repeatable },
  });

  const { quality, recentItems, historyLength, cost } = comparison;
  expect(quality.map(({ contender, seeds }) => [contender, seeds])).toEqual([
    ['popularity, pooled', 1],
    ['popularity, federated', 2],
    ['mf, federated', 2],
    ['mf, pooled', 1],
    ['EASE, pooled', 1],
  ]);
  const mf = jobs.slice(2).map(({ name }) => readJson(path, name, 'summary.json') as RunSummary);
  const [low, high] = mf.map(({ metrics }) => metrics!.full['ndcg@10']).toSorted((a, b) => a - b);
  expect(low).toBeLessThan(high!);
  expect(quality[2]!.full['ndcg@10']).toEqual({ mean: (low! + high!) / 2, min: low, max: high });

  expect(recentItems.map(({ contender }) => contender)).toEqual([
    'popularity, pooled',
    'popularity, federated',
    'mf, federated',
  ]);
  expect(recentItems[1]!.lengths.map(length => length['ndcg@10'].mean)).toEqual(
    recentItems[0]!.lengths.map(length => length['ndcg@10'].mean),
  );
  for (const { contender, lengths } of recentItems) {
    expect(lengths[0]!.users).toBe(comparison.evaluatedUsers);
    if (!contender.startsWith('popularity')) continue;
    // It has no personal state to begin anew.
    const whole = quality.find(row => row.contender === contender)!.full['ndcg@10'];
    expect(lengths.find(({ recentItems }) => recentItems === 'all')!['ndcg@10']).toEqual(whole);
  }
  for (const [row, { groups }] of historyLength.entries()) {
    const total = groups.reduce((sum, group) => sum + group.users * group['ndcg@10'].mean, 0);
    expect(groups.reduce((sum, { users }) => sum + users, 0)).toBe(comparison.evaluatedUsers);
    expect(total / comparison.evaluatedUsers).toBeCloseTo(quality[row]!.full['ndcg@10'].mean, 12);
  }

  expect(cost.map(({ contender, rounds }) => [contender, rounds.mean])).toEqual([
    ['popularity, federated', 1],
    ['mf, federated', 6],
  ]);
  expect(cost[1]!.convergedRounds.max).toBeLessThanOrEqual(6);
});

it('weighs what a round costs a device, and finds the round of convergence with the model of each', async () => {
  const path = join(temporaryFolder(), 'comparison');
  const [job] = runJobs({ ...TINY, learners: ['mf'], seeds: [3] });
  const evaluated: Job = { ...job!, settings: { ...job!.settings, evaluateEvery: 1 } };
  const { cost } = await compare('test', [evaluated], [], new RunFolder(path), hooks());
  const lines = readFileSync(join(path, job!.name, 'rounds.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const rounds = lines.map(line => JSON.parse(line) as RoundLine);
  const { bytes, data } = readJson(path, job!.name, 'summary.json') as RunSummary;
  expect(rounds).toHaveLength(6);
  const sum = (direction: 'up' | 'down'): number =>
    rounds.reduce((total, { bytesPerDevice }) => total + bytesPerDevice![direction], 0);
  const perRound = { up: cost[0]!.bytesPerRound.up.mean, down: cost[0]!.bytesPerRound.down.mean };
  expect(perRound).toEqual({ up: sum('up') / 6, down: sum('down') / 6 });
  const converged = costOf(
    rounds.map(({ bytesPerDevice, modelBytes }) => ({ ...bytesPerDevice!, modelBytes })),
    count => rounds[count - 1]!.metrics!.full['ndcg@10'],
  );
  expect(cost[0]!.convergedRounds.mean).toBe(converged.convergedRounds);
  expect(cost[0]!.convergedBytes.mean).toBe(converged.convergedBytes);
  const beside = { up: bytes.up / data.users - sum('up'), down: bytes.down / data.users - sum('down') };
  expect(beside.up).toBeGreaterThan(0);
  expect(beside.up).toBeLessThan(200); // The greeting.
  const catalogueBytes = readFileSync(join(path, job!.name, 'catalogue.json')).length;
  expect(beside.down - catalogueBytes - rounds.at(-1)!.modelBytes).toBeGreaterThan(0);
  expect(beside.down - catalogueBytes - rounds.at(-1)!.modelBytes).toBeLessThan(2_000); // Welcome, and the end.
});

it('runs a learner that it is given', async () => {
  const mine = { ...learnerDefinitions.get('popularity')!, name: 'mine' };
  const learners = { definitions: learnerDefinitionsWith([mine]), files: new Map() };
  const jobs = runJobs({ ...TINY, learners: ['mine'], seeds: [3], set: {} }, learners);
  const folder = new RunFolder(join(temporaryFolder(), 'comparison'));
  const comparison = await compare('test', jobs, undefined, folder, hooks(), learners.definitions);
  expect(comparison.failed).toEqual([]);
  const [popularity, federated] = comparison.quality;
  expect(federated).toMatchObject({ contender: 'mine, federated', full: popularity!.full });
});

it('reports a run that fails, and goes on with the others', async () => {
  const [popularity, mf] = runJobs({ ...TINY, seeds: [3] });
  const path = join(temporaryFolder(), 'comparison');
  const tooMany: Job = { ...popularity!, settings: { ...popularity!.settings, cohort: 61 } };
  const watch = hooks();
  const comparison = await compare('test', [tooMany, mf!], [], new RunFolder(path), watch);
  expect(comparison.status).toBe('finished');
  expect(comparison.failed).toEqual([
    { job: tooMany, error: { code: 'settings', message: expect.stringContaining('cohort of 61') } },
  ]);
  expect(watch.notices).toEqual([expect.stringMatching(/^\[2\/3\] popularity, federated, seed 3: .*cohort of 61/)]);
  expect(comparison.quality.map(({ contender }) => contender)).toEqual(['popularity, pooled', 'mf, federated']);
  expect(readJson(path, tooMany.name, 'summary.json')).toMatchObject({ status: 'failed', error: { code: 'settings' } });
});

it('keeps what had finished when it is interrupted', async () => {
  const jobs = runJobs({ ...TINY, set: { 'mf.rounds': 100_000 } });
  const path = join(temporaryFolder(), 'comparison');
  const controller = new AbortController();
  const watch = {
    ...hooks(label => {
      if (/mf.*training/.test(label)) controller.abort();
    }),
    signal: controller.signal,
  };
  const comparison = await compare('test', jobs, ['pooled'], new RunFolder(path), watch);
  expect(comparison).toEqual(readJson(path, 'comparison.json'));
  expect(comparison).toMatchObject({ status: 'interrupted', failed: [] });
  expect(comparison.quality.map(({ contender }) => contender)).toEqual(['popularity, pooled', 'popularity, federated']);
  expect(comparison.quality[1]!.seeds).toBe(2);
  expect(readJson(path, 'mf-seed-3', 'summary.json')).toMatchObject({ status: 'interrupted' });
  expect(existsSync(join(path, 'mf-seed-5'))).toBe(false);
});
