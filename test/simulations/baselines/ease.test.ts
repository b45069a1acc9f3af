import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericalError, SettingsError } from '../../../shared/errors.ts';
import { easeWeights } from '../../../shared/learners/ease/solve.ts';
import { coPurchases, ease, easeLambda } from '../../../simulations/baselines/ease.ts';
import type { Population } from '../../../simulations/data/population.ts';
import { purchaseRows, type Row, smallDataset } from '../evaluation/small-dataset.ts';

const ITEMS = 9;
const populations = purchaseRows(ITEMS).map(users => smallDataset(users, ITEMS).population);
const lambdas = fc.double({ min: 0.2, max: 60, noNaN: true });

function dense(population: Population): number[][] {
  return Array.from({ length: population.size }, (_, user) =>
    Array.from({ length: ITEMS }, (_, item) => (population.items(user).includes(item) ? 1 : 0)),
  );
}

/** X^T X + lambda I */
function regularised(x: readonly number[][], lambda: number): number[][] {
  return Array.from({ length: ITEMS }, (_, i) =>
    Array.from({ length: ITEMS }, (_, j) => x.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? lambda : 0)),
  );
}

/** Gauss and Jordan, with row exchanges. */
function inverse(matrix: readonly number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < n; column++) {
    const rest = rows.slice(column).map(row => Math.abs(row[column]!));
    const pivot = column + rest.indexOf(Math.max(...rest));
    const chosen = rows[pivot]!;
    rows[pivot] = rows[column]!;
    const scaled = chosen.map(value => value / chosen[column]!);
    rows[column] = scaled;
    for (let i = 0; i < n; i++) {
      const factor = rows[i]![column]!;
      if (i !== column) rows[i] = rows[i]!.map((value, j) => value - factor * scaled[j]!);
    }
  }
  return rows.map(row => row.slice(n));
}

describe('ease', () => {
  it('agrees with the dense formula', () => {
    fc.assert(
      fc.property(populations, lambdas, (population, lambda) => {
        const x = dense(population);
        const p = inverse(regularised(x, lambda));
        const scorer = ease(population, ITEMS, lambda);
        for (const [user, row] of x.entries()) {
          const expected = p.map((_, j) =>
            row.reduce((sum, bought, i) => sum - (i === j ? 0 : (bought * p[i]![j]!) / p[j]![j]!), 0),
          );
          for (const [item, score] of scorer(user).entries()) expect(score).toBeCloseTo(expected[item]!, 5);
        }
      }),
    );
  });

  it('solves each item’s ridge regression on the other items', () => {
    fc.assert(
      fc.property(populations, lambdas, (population, lambda) => {
        const g = regularised(dense(population), lambda);
        const weights = easeWeights(coPurchases(population, ITEMS), ITEMS, lambda);
        for (let j = 0; j < ITEMS; j++) {
          expect(weights[j * ITEMS + j]).toBe(0);
          for (let i = 0; i < ITEMS; i++) {
            const normal = g[i]!.reduce((sum, value, k) => sum + value * weights[k * ITEMS + j]!, 0);
            if (i !== j) expect(normal).toBeCloseTo(g[i]![j]!, 4);
          }
        }
      }),
    );
  });

  it('recommends what is bought together', () => {
    const pair = (a: number, b: number): Row[] => [
      [a, 0],
      [b, 1],
    ];
    const { population } = smallDataset([pair(0, 1), pair(0, 1), pair(2, 3), pair(2, 3), [[0, 0]], [[2, 0]]], 4);
    const scorer = ease(population, 4);
    const zero = [...scorer(4)];
    const two = [...scorer(5)];
    expect(zero.indexOf(Math.max(...zero))).toBe(1);
    expect(two.indexOf(Math.max(...two))).toBe(3);
  });

  it('takes the mean number of buyers for lambda unless it is given', () => {
    const { population } = smallDataset(
      [
        [
          [0, 0],
          [1, 0],
          [0, 1],
        ],
        [[1, 0]],
      ],
      5,
    );
    expect(easeLambda(population, 5)).toBe(3 / 5);
    expect(ease(population, 5)(0)).toEqual(ease(population, 5, 3 / 5)(0));
    expect(ease(population, 5)(0)).not.toEqual(ease(population, 5, 1)(0));
  });

  it.each([0, -1, Number.NaN])('refuses lambda %d', lambda => {
    const { population } = smallDataset([[[0, 0]]], 2);
    expect(() => ease(population, 2, lambda)).toThrow(SettingsError);
  });

  it('refuses a lambda that is lost in rounding, or not finite', () => {
    const { population } = smallDataset(
      [
        [
          [0, 0],
          [1, 0],
        ],
      ],
      2,
    );
    expect(() => ease(population, 2, 1e-18)).toThrow(NumericalError);
    expect(() => ease(population, 2, Number.POSITIVE_INFINITY)).toThrow(NumericalError);
  });
});
