import { expect, test } from 'vitest';
import { studentCdf } from '../../../simulations/statistics/student.ts';

// Integrated numerically: an oracle that shares no formula with the closed form.
function integrated(t: number, degrees: number): number {
  const density = (x: number): number => (1 + (x * x) / degrees) ** (-(degrees + 1) / 2);
  const integral = (from: number, to: number, steps = 20_000): number => {
    const width = (to - from) / steps;
    let sum = 0;
    for (let n = 0; n < steps; n++) {
      const x = from + n * width;
      sum += (width / 6) * (density(x) + 4 * density(x + width / 2) + density(x + width));
    }
    return sum;
  };
  // The whole line by x = tan(y), whose ends are finite.
  const steps = 20_000;
  let whole = 0;
  for (let n = 0; n < steps; n++) {
    const y = ((n + 0.5) / steps - 0.5) * Math.PI;
    whole += ((Math.PI / steps) * density(Math.tan(y))) / Math.cos(y) ** 2;
  }
  return 0.5 + integral(0, t) / whole;
}

test.each([1, 2, 3, 4, 5, 8, 9, 30])('with %i degrees of freedom it is the integral of the density', degrees => {
  for (const t of [-3.7, -Math.SQRT2, -0.1, 0, Math.E, 4.3]) {
    expect(studentCdf(t, degrees)).toBeCloseTo(integrated(t, degrees), 7);
  }
});

test('tabulated quantiles', () => {
  const tabulated = [
    [12.706, 1],
    [4.303, 2],
    [3.182, 3],
    [2.776, 4],
    [2.262, 9],
  ] as const;
  for (const [t, degrees] of tabulated) expect(studentCdf(t, degrees)).toBeCloseTo(0.975, 4);
  expect(studentCdf(Infinity, 2)).toBe(1);
  expect(studentCdf(-Infinity, 3)).toBe(0);
});
