import { expect, test } from 'vitest';
import { median } from '../../../simulations/bench/figure.ts';
import { wireReceive } from '../../../simulations/bench/wire-receive.ts';

test('wire-receive measures the gateway and a bare server, and leaves no process behind', async () => {
  const figure = await wireReceive({ connections: 2, length: 1_001, repetitions: 1, measureMs: 20 });
  expect(figure).toMatchObject({ id: 'wire-receive', unit: 'contributions/s' });
  expect(figure.value).toBeGreaterThan(0);
  expect(figure.ratio).toBe(figure.value / figure.rival!);
});

test('a median is the middle value', () => {
  expect(median([5, 1, 30])).toBe(5);
  expect(median([2])).toBe(2);
});
