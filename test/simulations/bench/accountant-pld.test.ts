import { expect, test } from 'vitest';
import { BENCHMARKS } from '../../../simulations/bench/index.ts';

test('accountant-pld compares two accountants', async () => {
  const figure = await BENCHMARKS.get('accountant-pld')!();
  expect(figure).toMatchObject({ id: 'accountant-pld', unit: 's' });
  expect(figure.ratio).toBe(figure.rival! / figure.value);
});
