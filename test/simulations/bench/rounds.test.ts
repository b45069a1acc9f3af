import { expect, test } from 'vitest';
import { roundPopularity, uniformPurchases } from '../../../simulations/bench/rounds.ts';
import { timedTraining } from '../../../simulations/bench/training.ts';
import { runDataOf } from '../../../simulations/simulate/simulate.ts';

const SIZE = { devices: 300, purchases: 20, items: 50 };

test('devices of a benchmark have so many purchases of distinct items each', () => {
  const { population, users, catalogue } = uniformPurchases(SIZE);
  expect([users.length, catalogue.size, population.pairs]).toEqual([300, 50, 6_000]);
  expect(new Set(population.items(7)).size).toBe(20);
});

test('a timed training is a whole training', async () => {
  const data = runDataOf(uniformPurchases(SIZE), 'last-item');
  const { training, roundSeconds, cpuSeconds } = await timedTraining(data, {
    learner: 'mf',
    learnerOptions: { solver: 'sgd', rounds: 3, dimension: 4 },
    cohort: 40,
  });
  expect(roundSeconds).toHaveLength(3);
  expect(cpuSeconds).toBeGreaterThan(0);
  expect(training).toMatchObject({ complete: true, contributions: 120, abandonedRounds: 0 });
  expect((await training.evaluate()).users).toBe(300);
  await training.close();
});

test('round-popularity counts devices a CPU-second', async () => {
  const figure = await roundPopularity(SIZE);
  expect(figure).toMatchObject({ id: 'round-popularity', unit: 'devices/CPU-s' });
  expect(Number.isFinite(figure.value)).toBe(true);
});
