import { expect, test } from 'vitest';
import { BENCHMARKS } from '../../../simulations/bench/index.ts';
import { virtualTime } from '../../../simulations/bench/virtual-time.ts';

test('virtual-time plays a whole day', async () => {
  expect(BENCHMARKS.has('virtual-time')).toBe(true);
  const figure = await virtualTime(2_000, 20);
  expect(figure).toMatchObject({ id: 'virtual-time', unit: 's' });
  const [, rounds, askings] = /: (\d+) rounds, (\d+) askings/.exec(figure.note!)!.map(Number);
  // Back to back, each of some 25 s.
  expect(rounds).toBeGreaterThan(2_000);
  expect(askings! / rounds!).toBeGreaterThan(25.9);
  expect(askings! / rounds!).toBeLessThanOrEqual(26);
});
