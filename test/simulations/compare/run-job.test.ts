import { describe, expect, test } from 'vitest';
import { learnerDefinitions } from '../../../shared/learners/index.ts';
import { type Job, jobId, jobName } from '../../../simulations/compare/job.ts';
import { type JobFiles, runJob } from '../../../simulations/compare/run-job.ts';
import { hitRate, ndcg } from '../../../simulations/evaluation/metrics.ts';
import type { Finding, RoundLine } from '../../../simulations/runs/results.ts';
import { type SimulateOptions, simulateSettings } from '../../../simulations/simulate/settings.ts';
import { loadRunData } from '../../../simulations/simulate/simulate.ts';

const HOOKS = { signal: new AbortController().signal, progress: () => {}, notice: () => {} };
const TINY = { data: 'synthetic:tiny', learner: 'mf', learnerOptions: { rounds: 3, dimension: 4 }, workers: 0 };

async function planned(options: SimulateOptions = {}, measures: Job['measures'] = []) {
  const settings = simulateSettings({ ...TINY, ...options });
  const data = await loadRunData(settings, HOOKS);
  const job = { kind: 'run', settings, measures, dataHash: data.dataset.hash, code: 'abc' } as const;
  return { job, data, done: () => runJob(job, data, learnerDefinitions, HOOKS) };
}

function rowsOf(files: JobFiles): number[][] {
  const [header, ...rows] = files['users.csv']!.trim().split('\n');
  expect(header).toBe('user,items,popularity,rank,sampled');
  return rows.map(row => row.split(',').map(Number));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the files of a job', () => {
  test('are the same whenever and with however many threads it is done', async () => {
    const { done } = await planned({ privacy: { epsilon: 3 }, evaluateEvery: 2 }, ['cold-start', 'cost']);
    const files = await done();
    expect(Object.keys(files!)).toEqual(['config.json', 'result.json', 'rounds.jsonl', 'users.csv']);
    expect(await done()).toEqual(files);
    const threads = await planned({ privacy: { epsilon: 3 }, evaluateEvery: 2, workers: 2 }, ['cold-start', 'cost']);
    expect(await threads.done()).toEqual(files);
  });

  test('hold the ranks that the metrics are made from, and whom and what they belong to', async () => {
    const { done, data } = await planned();
    const files = (await done())!;
    const { metrics } = JSON.parse(files['result.json']!) as Finding;
    const rows = rowsOf(files);
    expect(mean(rows.map(([, , , rank]) => ndcg(Int32Array.of(rank!), 10)))).toBeCloseTo(metrics!.full['ndcg@10'], 12);
    expect(mean(rows.map(([, , , , rank]) => hitRate(Int32Array.of(rank!), 10)))).toBeCloseTo(
      metrics!.sampled['hr@10'],
      12,
    );
    const { split } = data;
    expect(rows.map(([user]) => user)).toEqual([...split.evaluated]);
    for (const [user, items, popularity] of rows) {
      expect(items).toBe(split.train.items(user!).length);
      const everybody = Array.from({ length: split.train.size }, (_, other) => split.train.items(other));
      expect(popularity).toBe(everybody.filter(bought => bought.includes(split.heldOut(user!)[0]!)).length);
    }
  });

  test('evaluate so many users as are asked for, the same whatever is trained', async () => {
    const mf = await planned({ evaluateUsers: 9 });
    const other = await planned({ evaluateUsers: 9, learner: 'popularity', learnerOptions: {}, seed: 7 });
    const users = rowsOf((await mf.done())!).map(([user]) => user);
    expect(users).toHaveLength(9);
    expect(rowsOf((await other.done())!).map(([user]) => user)).toEqual(users);
    const whole = await planned();
    expect(mf.data.split.train.pairs).toBe(whole.data.split.train.pairs);
  });

  test('tell how much of each sum was noise, and what the clip norm cut', async () => {
    const roundsOf = async (clipNorm: number): Promise<RoundLine[]> => {
      const { done } = await planned({
        privacy: { noiseMultiplier: 2, clipNorm },
        learner: 'popularity',
        learnerOptions: {},
      });
      const lines = (await done())!['rounds.jsonl']!.trim().split('\n');
      return lines.map(line => JSON.parse(line) as RoundLine);
    };
    const [loose] = await roundsOf(1000);
    const [tight] = await roundsOf(0.01);
    expect(loose!.signal!.clipped).toBe(0);
    expect(tight!.signal!.clipped).toBe(1);
    const { data } = await planned();
    const { split } = data;
    const expected = 2 * 1000 * Math.sqrt(split.itemCount);
    expect(loose!.signal!.noiseNorm / expected).toBeCloseTo(1, 6);
    expect(tight!.signal!.noiseNorm / loose!.signal!.noiseNorm).toBeCloseTo(1e-5, 10);
    // Clipped to 0.01 each, all together are no longer than that many times it.
    expect(tight!.signal!.sumNorm).toBeLessThanOrEqual(0.01 * split.train.size);
    expect(tight!.signal!.sumNorm).toBeGreaterThan(0);
  });

  test('of a baseline', async () => {
    const { job, data } = await planned();
    const files = await runJob(
      { ...job, kind: 'baseline', baseline: 'popularity', measures: ['cold-start'] },
      data,
      learnerDefinitions,
      HOOKS,
    );
    const finding = JSON.parse(files!['result.json']!) as Finding;
    expect(finding).toMatchObject({ kind: 'baseline', baseline: 'popularity', learner: null, seed: 1 });
    expect(finding.coldStart).toHaveLength(6);
    expect(files!['rounds.jsonl']).toBe('');
    expect(rowsOf(files!)).toHaveLength(data.split.evaluated.length);
  });

  test('are not made of other data than the job was planned on', async () => {
    const { job, data } = await planned();
    const elsewhere = { ...job, dataHash: '0'.repeat(64) };
    await expect(runJob(elsewhere, data, learnerDefinitions, HOOKS)).rejects.toMatchObject({ code: 'data' });
  });

  test('are not there when it was interrupted', async () => {
    const { job, data } = await planned();
    const hooks = { ...HOOKS, signal: AbortSignal.abort() };
    expect(await runJob(job, data, learnerDefinitions, hooks)).toBeUndefined();
  });
});

describe("a job's id", () => {
  test('depends on what fixes the result, and on nothing else', async () => {
    const { job } = await planned();
    const also = (settings: object): Job => ({ ...job, settings: { ...job.settings, ...settings } });
    const same = [
      also({ workers: 3 }),
      also({ data: 'csv:elsewhere' }),
      { ...job, code: 'other' },
      also({ cohort: undefined }),
    ];
    expect(same.map(jobId)).toEqual(same.map(() => jobId(job)));
    const others = [
      also({ seed: 2 }),
      also({ cohort: 5 }),
      { ...job, dataHash: 'x' },
      { ...job, measures: ['cost'] as const },
    ];
    expect(new Set([job, ...others].map(jobId)).size).toBe(5);
    expect(new Set([job, ...others].map(jobName)).size).toBe(5);
  });

  test('ends a name that is a folder anywhere', async () => {
    const { job } = await planned({ privacy: { epsilon: 0.5, trust: 'local' } });
    expect(jobName(job)).toBe(`synthetic-mf-local-epsilon-0.5-seed-1-${jobId(job).slice(0, 8)}`);
  });
});

test('a cohort of all is everybody, however many they are', async () => {
  const [line] = (await (await planned({ cohort: 'all' })).done())!['rounds.jsonl']!.split('\n');
  expect((JSON.parse(line!) as RoundLine).asked).toBe(60);
  expect(() => simulateSettings({ ...TINY, cohort: 'most' as 'all' })).toThrow(/above 0, or all/);
  expect(() => simulateSettings({ ...TINY, cohort: 'all', trace: 'diurnal' })).toThrow(/--cohort/);
});
