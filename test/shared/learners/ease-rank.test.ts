import { describe, expect, it } from 'vitest';
import { truncatedFactors } from '../../../shared/learners/ease/truncate.ts';
import { createLearner } from '../../../shared/learners/index.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import {
  largestDifference,
  outer,
  product,
  randomNumbers,
  randomSymmetric,
  transpose,
} from '../linear-algebra/matrices.ts';
import { bought, catalogueOf, deviceOf, pooledGram, randomBaskets, train } from './in-memory.ts';

const ITEMS = 20;
const LAMBDA = 3.5;

/** Q diag(g / (g + lambda)) Q^T of the `rank` largest eigenvalues g. */
function shrunk(gram: Float64Array, rank: number): Float64Array {
  const { values, vectors } = symmetricEigen(gram, ITEMS);
  const kept = vectors.map((value, at) => {
    const g = values[at % ITEMS]!;
    return at % ITEMS < rank ? value * (g / (g + LAMBDA)) : 0;
  });
  return product(kept, transpose(vectors, ITEMS), ITEMS);
}

/** A matrix with these eigenvalues, in random directions. */
function withEigenvalues(values: readonly number[]): Float64Array {
  const { vectors } = symmetricEigen(randomSymmetric(ITEMS, 'directions'), ITEMS);
  const scaled = vectors.map((value, at) => value * (values[at % ITEMS] ?? 0));
  return product(scaled, transpose(vectors, ITEMS), ITEMS);
}

const start = (rank: number) => randomNumbers(ITEMS * rank, 'start', rank);

describe('truncatedFactors', () => {
  it('are all of Q diag(g / (g + lambda)) Q^T at full rank', () => {
    const gram = pooledGram(randomBaskets(60, ITEMS, 9, 7), ITEMS);
    const factors = truncatedFactors(gram, ITEMS, LAMBDA, start(ITEMS), ITEMS);
    expect(largestDifference(outer(factors, ITEMS), shrunk(gram, ITEMS))).toBeLessThan(1e-9);
  });

  it.each([1, 3, 4])('keep the largest eigenvalues where there is a gap behind them: rank %d', rank => {
    const values = [900, 610, 400, 170, ...Array.from({ length: 16 }, (_, k) => 1 / (1 + k))];
    values.fill(1 / 9, rank, 4);
    const gram = withEigenvalues(values);
    const factors = truncatedFactors(gram, ITEMS, LAMBDA, start(rank), rank);
    expect(factors.length).toBe(ITEMS * rank);
    expect(largestDifference(outer(factors, rank), shrunk(gram, rank))).toBeLessThan(1e-8);
  });

  it('leave directions out that noise has made negative', () => {
    const gram = withEigenvalues([50, 20, -3, -40]);
    const factors = truncatedFactors(gram, ITEMS, LAMBDA, start(4), 4);
    expect(largestDifference(outer(factors, 4), shrunk(withEigenvalues([50, 20]), 2))).toBeLessThan(1e-8);
  });
});

describe('ease with a rank', () => {
  const catalogue = catalogueOf(ITEMS);
  const baskets = randomBaskets(60, ITEMS, 9, 7);

  it.each([ITEMS, 4096])('publishes factors that score as the whole matrix would: rank %d of 20 items', rank => {
    const learner = createLearner(
      'ease',
      { rank, lambda: LAMBDA, recency: 0, popularityPrior: 0, clipNorm: 64 },
      catalogue,
    );
    const devices = baskets.map(items => deviceOf(learner, bought(items, catalogue)));
    const { model } = train(learner, devices, 1);
    expect(model.specs.find(({ name }) => name === 'item.factors')?.shape).toEqual([ITEMS, ITEMS]);
    const whole = shrunk(pooledGram(baskets, ITEMS), ITEMS);
    for (const [user, device] of devices.entries()) {
      const expected = Array.from({ length: ITEMS }, (_, item) =>
        baskets[user]!.reduce((sum, row) => sum + whole[row * ITEMS + item]!, 0),
      );
      expect(largestDifference(learner.scores(model, device), expected)).toBeLessThan(1e-5);
    }
  });
});
