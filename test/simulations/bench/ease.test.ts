import { expect, test } from 'vitest';
import { kernelProduct } from '../../../simulations/bench/ease.ts';

test('kernel-product measures the kernel against plain loops', () => {
  const figure = kernelProduct(1);
  expect(figure).toMatchObject({ id: 'kernel-product', unit: 'multiply-adds/s' });
  expect(figure.value).toBeGreaterThan(0);
  expect(figure.ratio).toBe(figure.value / figure.rival!);
});
