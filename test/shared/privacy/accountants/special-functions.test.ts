import { describe, expect, test } from 'vitest';
import {
  brent,
  log1mExp,
  logAddExp,
  logBinomial,
  logNormalCdf,
  logSubExp,
  logSumExp,
  normalCdf,
} from '../../../../shared/privacy/accountants/special-functions.ts';

// From mpmath 1.3 with 40 digits; -8.977 and -8.975 stand on either side of where the pole's residue is left out.
test.each([
  [-37.5, 4.605353009581955e-308, -707.6689893175072],
  [-12.3, 4.5287069561587846e-35, -79.08004179618399],
  [-8.977, 1.3912494600293745e-19, -43.41891453139837],
  [-8.975, 1.4167589534945845e-19, -43.40074493109717],
  [-5.25, 7.604960516488715e-8, -16.39188001003779],
  [-4.2, 1.3345749015906327e-5, -11.224312649601075],
  [-1.1, 0.13566606094638264, -1.997558846986297],
  [-0.3, 0.3820885778110474, -0.9621028181688507],
  [0, 0.5, -Math.LN2],
  [0.75, 0.7733726476231318, -0.25699426683836524],
  [3.3, 0.9995165758576162, -0.00048354102950672],
] as const)('Phi(%d) and its logarithm', (x, phi, logPhi) => {
  expect(Math.abs(normalCdf(x) / phi - 1)).toBeLessThan(2e-15);
  expect(Math.abs(logNormalCdf(x) / logPhi - 1)).toBeLessThan(2e-15);
});

test('the logarithm of Phi goes on where Phi underflows, and ends at infinity', () => {
  // Phi(-x) = phi(x) / x (1 - 1 / x^2 + ...)
  expect(logNormalCdf(-1e6)).toBeCloseTo(-5e11 - Math.log(1e6 * Math.sqrt(2 * Math.PI)), 3);
  expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
  expect([logNormalCdf(-Infinity), logNormalCdf(Infinity)]).toEqual([-Infinity, -0]);
});

// From mpmath 1.3.
test.each([
  [7, 3, 3.5553480614894135],
  [15, 7, 8.769507120030227],
  [16, 3, 6.327936783729195],
  [64, 32, 42.05228057041112],
  [1024, 100, 324.4091702409583],
  [100000, 130, 990.4635988853905],
  [1000000000, 5, 98.82883743195],
  [18948125, 18881507, 442918.32355849474],
] as const)('log of %d choose %d', (n, k, expected) => {
  expect(Math.abs(logBinomial(n, k) / expected - 1)).toBeLessThan(5e-15);
  expect(Math.abs(logBinomial(n, n - k) / expected - 1)).toBeLessThan(5e-15);
});

describe('sums of exponentials', () => {
  test('agree with plain arithmetic where that has the digits', () => {
    expect(Math.exp(logAddExp(Math.log(Math.PI), Math.log(Math.E)))).toBeCloseTo(Math.PI + Math.E, 14);
    expect(Math.exp(logSubExp(Math.log(Math.PI), Math.log(Math.E)))).toBeCloseTo(Math.PI - Math.E, 14);
    expect(Math.exp(logSumExp([0.3, -1.7, 2.2]))).toBeCloseTo(Math.exp(0.3) + Math.exp(-1.7) + Math.exp(2.2), 13);
    expect(Math.exp(log1mExp(-0.1))).toBeCloseTo(1 - Math.exp(-0.1), 15);
  });

  test('neither overflow nor stumble over zeros', () => {
    expect(logAddExp(1e5, 1e5)).toBeCloseTo(1e5 + Math.LN2, 9);
    expect(logSubExp(-1e5 + 1e-9, -1e5)).toBeCloseTo(-1e5 + Math.log(1e-9), 2);
    expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
    expect(logAddExp(-Infinity, 3)).toBe(3);
    expect(logSubExp(3, 3)).toBe(-Infinity);
    expect(logSubExp(3, -Infinity)).toBe(3);
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-Infinity, Infinity])).toBe(Infinity);
    expect(logSubExp(2, 3)).toBeNaN();
  });
});

test.each([
  ['a square root', (x: number) => x * x - 2, 0, 2, Math.SQRT2],
  ['an exponential', (x: number) => Math.exp(x) - 1e-9, -100, 100, Math.log(1e-9)],
  ['a flat root', (x: number) => (x - 1.25) ** 9, 0, 5, 1.25],
  ['a step', (x: number) => (x < 0.3 ? -1 : 1), -1, 1, 0.3],
  ['values that are infinite', (x: number) => (x < 5 ? -Infinity : x - Math.PI * 2), 0, 1e9, Math.PI * 2],
] as const)('brent finds %s', (_, f, low, high, root) => {
  expect(Math.abs(brent(f, low, high) - root)).toBeLessThan(2e-15 * (1 + Math.abs(root)));
  expect(Math.abs(brent(f, high, low) - root)).toBeLessThan(2e-15 * (1 + Math.abs(root)));
});

test('brent says so where there is no bracket or no number', () => {
  expect(brent(x => x * x + 1, -1, 1)).toBeNaN();
  expect(brent(Math.log, -1, 3)).toBeNaN();
});
