import { afterAll, describe, expect, test } from 'vitest';
import { createLearner, learnerOptions } from '../../../shared/learners/index.ts';
import type { LearnerState } from '../../../shared/learners/learner.ts';
import { Model } from '../../../shared/model.ts';
import { CLIPPED } from '../../../shared/privacy/protection.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import type { DevicePool } from '../../../simulations/workers/device-pool.ts';
import { OneThread } from '../../../simulations/workers/one-thread.ts';
import { Threads } from '../../../simulations/workers/threads.ts';

const dataset = await loadDataset('synthetic:tiny');
const { catalogue } = dataset;
const split = splitDataset(dataset, { holdout: 'last-item' });
const everybody = Int32Array.from(split.train.offsets.subarray(1).keys());
const hooks = { signal: new AbortController().signal, trained: () => {} };
const open: DevicePool[] = [];
afterAll(() => Promise.all(open.map(pool => pool.close())));

async function poolOf(threads: number, name: string, given: Record<string, unknown>): Promise<DevicePool> {
  const options = learnerOptions(name, given);
  const learner = createLearner(name, options, catalogue);
  const pool =
    threads === 0
      ? new OneThread(learner, split, 5)
      : await Threads.start({
          count: threads,
          learner,
          learnerOptions: options,
          catalogue: catalogue.encode(),
          split,
          seed: 5,
        });
  open.push(pool);
  return pool;
}

/** Two rounds, and the ranks by the model after them: all that a pool does. */
async function results(pool: DevicePool, name: string, given: Record<string, unknown>) {
  const learner = createLearner(name, learnerOptions(name, given), catalogue);
  let state: LearnerState = learner.init(seededRandom(5, 'init'));
  const sums: number[][] = [];
  for (let round = 1; round <= Math.min(2, learner.rounds); round++) {
    const plan = learner.plan(state)!;
    const clipped = { ...plan, clipNorm: plan.clipNorm / 8 };
    const task = { round, plan: clipped, protection: { ...CLIPPED, clipFlagSteps: 2 ** 20 }, model: state.model };
    const trained = (await pool.train(task, everybody, hooks))!;
    expect(trained.sum.count).toBe(everybody.length);
    expect(trained.declined).toEqual([]);
    sums.push([...trained.sum.totals]);
    const sum = trained.sum.dequantise(2 ** -30).subarray(0, plan.length);
    state = learner.fold(state, plan, { sum, expectedContributions: everybody.length, noiseDeviation: 0 });
  }
  const { users, offsets, full, sampled } = await pool.rank(state.model);
  return { sums, ranks: [users, offsets, full, sampled].map(column => [...column]) };
}

describe('one thread, 1, 2 and 4 workers give the same sums and ranks bit by bit', () => {
  test.each([
    ['mf', { dimension: 6 }],
    ['mf', { loss: 'bce', negatives: 7 }],
    ['popularity', {}],
    ['ease', {}],
    ['spectral', { columns: 8 }],
    ['ials', { dimension: 8 }],
    ['gram', { items: 20 }],
  ])('%s %o', async (name, given) => {
    const [alone, ...others] = await Promise.all(
      [0, 1, 2, 4].map(async threads => results(await poolOf(threads, name, given), name, given)),
    );
    expect(alone!.sums[0]!.some(value => value !== 0)).toBe(true);
    expect(new Set(alone!.ranks[2]).size).toBeGreaterThan(5);
    for (const other of others) expect(other).toEqual(alone);
  });
});

describe.each([0, 2])('%i workers', threads => {
  const model = (value: number): Model => {
    const learner = createLearner('mf', learnerOptions('mf', {}), catalogue);
    const { specs, length } = learner.init(seededRandom(1)).model;
    return new Model(specs, new Float32Array(length).fill(value));
  };
  const plan = { phase: 'train', length: model(0).length, clipNorm: 1, parameters: {} };
  const task = (value: number) => ({ round: 1, plan, protection: CLIPPED, model: model(value) });

  test('devices whose numbers are not finite decline, and are not counted', async () => {
    const pool = await poolOf(threads, 'mf', {});
    const trained = (await pool.train(task(Number.NaN), everybody, hooks))!;
    expect(trained.declined).toEqual([...everybody]);
    expect(trained.reason).toMatch(/finite|numbers|usable/);
    expect(trained.sum.count).toBe(0);
    expect(trained.sum.totals.every(total => total === 0)).toBe(true);
    await expect(pool.rank(model(Number.NaN))).rejects.toMatchObject({ code: 'numerical' });
    expect((await pool.train(task(0.1), everybody, hooks))!.sum.count).toBe(everybody.length);
  });

  test('what is aborted gives nothing', async () => {
    const pool = await poolOf(threads, 'popularity', {});
    const aborting = new AbortController();
    let told = 0;
    const many = Int32Array.from({ length: 400_000 }, (_, at) => at % everybody.length);
    const popularity = { phase: 'count', length: catalogue.size, clipNorm: 32, parameters: {} };
    const trained = await pool.train({ ...task(0), plan: popularity, model: new Model([]) }, many, {
      signal: aborting.signal,
      trained: count => {
        told += count;
        aborting.abort();
      },
    });
    expect(trained).toBeUndefined();
    expect(told).toBeLessThan(many.length);
  });
});
