import { describe, expect, it } from 'vitest';
import { candidates } from '../../../shared/learners/spectral/candidates.ts';
import { nystroem, partialGram, shrink } from '../../../shared/learners/spectral/gram.ts';
import { neighbourWeights } from '../../../shared/learners/spectral/neighbours.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { orthonormalise } from '../../../shared/linear-algebra/tall.ts';
import {
  gaussianSolve,
  identity,
  largestDifference,
  outer,
  product,
  randomNumbers,
} from '../linear-algebra/matrices.ts';

const ROWS = 15;
const COLUMNS = 5;

/** A positive semidefinite matrix of this rank. */
function lowRank(rank: number): Float64Array {
  return outer(randomNumbers(ROWS * rank, 'low', rank), rank);
}

const basis = orthonormalise(randomNumbers(ROWS * COLUMNS, 'basis'), COLUMNS);

describe('nystroem', () => {
  it.each([1, 3, 5])('is exact for a Gram matrix of rank %d, from any basis of 5 columns', rank => {
    const gram = lowRank(rank);
    const low = nystroem(basis, product(gram, basis, ROWS), COLUMNS);
    expect(largestDifference(outer(low, COLUMNS), gram)).toBeLessThan(1e-8);
  });

  it('leaves out directions that noise has made negative', () => {
    const gram = lowRank(2).map((value, at) => value - (at % (ROWS + 1) === 0 ? 1 : 0));
    const low = nystroem(basis, product(gram, basis, ROWS), COLUMNS);
    expect(low.every(Number.isFinite)).toBe(true);
    expect(
      nystroem(
        basis,
        basis.map(value => -value),
        COLUMNS,
      ),
    ).toEqual(new Float64Array(ROWS * COLUMNS));
  });
});

it('shrink gives L L^T (L L^T + ridge)^-1', () => {
  const low = randomNumbers(ROWS * COLUMNS, 'shrink');
  const gram = outer(low, COLUMNS);
  const ridge = Math.PI;
  const ridged = gram.map((value, at) => value + ridge * identity(ROWS)[at]!);
  const expected = product(gram, gaussianSolve(ridged, ROWS, identity(ROWS)), ROWS);
  expect(largestDifference(outer(shrink(low, COLUMNS, ridge), COLUMNS), expected)).toBeLessThan(1e-10);
});

/** Pairs that were counted, each told by its first row, and random estimates of all others. */
function partial(pairs: readonly (readonly [number, number, number])[], rank = COLUMNS) {
  const low = Float32Array.from(randomNumbers(ROWS * rank, 'partial'));
  const scales = Float32Array.from({ length: ROWS }, (_, row) => (1 + row) ** -0.3);
  const width = pairs.length;
  const others = new Int32Array(ROWS * width).fill(-1);
  const counts = new Float32Array(others.length);
  for (const [n, [a, b, count]] of pairs.entries()) {
    others[a * width + n] = b;
    counts[a * width + n] = count;
  }
  const diagonal = Float64Array.from({ length: ROWS }, (_, row) => 40 - row);
  const gram = partialGram(diagonal, low, scales, { width, others, counts });
  const estimate = (a: number, b: number) => {
    return outer(Float64Array.from(low), rank)[a * ROWS + b]! / (scales[a]! * scales[b]!);
  };
  return { gram, estimate };
}

describe('a partial Gram matrix', () => {
  const { gram, estimate } = partial([
    [2, 9, 6.5],
    [4, 2, 0],
    [2, 14, 3],
  ]);

  it('has the counted pairs by either row, ascending', () => {
    const { offsets, others, weights } = gram.partners;
    const partnersOf = (row: number) => {
      return Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, n) => [
        others[offsets[row]! + n],
        weights[offsets[row]! + n],
      ]);
    };
    expect(Array.from({ length: ROWS }, (_, row) => partnersOf(row)).filter(list => list.length > 0)).toEqual([
      [
        [4, 0],
        [9, 6.5],
        [14, 3],
      ],
      [[2, 0]],
      [[2, 6.5]],
      [[2, 3]],
    ]);
    expect(partnersOf(2)).toHaveLength(3);
    expect(partnersOf(14)).toEqual([[2, 3]]);
  });

  it('estimates all others without the scales', () => {
    for (const [a, b] of [
      [0, 14],
      [7, 3],
      [5, 5],
    ] as const) {
      let product = 0;
      for (let k = 0; k < COLUMNS; k++) product += gram.low[a * COLUMNS + k]! * gram.low[b * COLUMNS + k]!;
      expect(product).toBeCloseTo(estimate(a, b), 5);
    }
  });
});

describe('candidates', () => {
  it('are the most similar rows that are neither counted nor already chosen', () => {
    const counted = [
      [0, 1, 3],
      [0, 14, 2],
      [7, 8, 1],
    ] as const;
    const { gram, estimate } = partial(counted);
    const cosine = (a: number, b: number) => estimate(a, b) / Math.sqrt(estimate(a, a) * estimate(b, b));
    const taken = new Set(counted.map(([a, b]) => a * ROWS + b));
    const expected: number[] = [];
    for (let row = 0; row < ROWS; row++) {
      const key = (other: number) => Math.min(row, other) * ROWS + Math.max(row, other);
      const free = [...Array(ROWS).keys()].filter(other => other !== row && !taken.has(key(other)));
      const best = free.toSorted((a, b) => cosine(row, b) - cosine(row, a)).slice(0, 8);
      for (const other of best) taken.add(key(other));
      expected.push(...best, ...Array<number>(8 - best.length).fill(-1));
    }
    expect([...candidates(gram, 8, undefined)]).toEqual(expected);
    expect(expected).toContain(-1);
  });

  it('with weights at hand are the neighbours of neighbours first, by the products along the way', () => {
    const { gram } = partial([
      [0, 1, 5],
      [1, 2, 5],
      [1, 3, 5],
      [3, 4, 5],
    ]);
    // Links 0-1, 1-2, 1-3, 3-4: from 0 in two steps 2 and 3, from 4 only 1.
    const rows = new Int32Array(ROWS).fill(-1);
    const weights = new Float64Array(ROWS);
    for (const [row, other, weight] of [
      [0, 1, 0.5],
      [2, 1, 0.2],
      [3, 1, 0.9],
      [4, 3, 0.1],
    ] as const) {
      rows[row] = other;
      weights[row] = weight;
    }
    const chosen = candidates(gram, 2, { width: 1, rows, weights });
    expect([...chosen.subarray(0, 2)]).toEqual([3, 2]);
    expect(chosen[2]).toBe(4);
  });
});

describe('neighbourWeights', () => {
  const pairs = [
    [5, 1, 9],
    [5, 2, 4],
    [5, 3, 7],
    [5, 4, 0],
    [1, 2, 3],
  ] as const;

  it('regress a row on its most similar counted partners, estimates filling the gaps', () => {
    const { gram, estimate } = partial(pairs, 1);
    const { width, rows, weights } = neighbourWeights(gram, 3, 25);
    expect(width).toBe(3);
    expect([...rows.subarray(15, 18)].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    // Counts over the root of the partner's: 9 / sqrt 39, 7 / sqrt 37, 4 / sqrt 38.
    expect([...rows.subarray(15, 18)]).toEqual([1, 3, 2]);
    const [e13, e32] = [estimate(1, 3), estimate(3, 2)];
    const matrix = [39 + 25, e13, 3, e13, 37 + 25, e32, 3, e32, 38 + 25];
    expect(largestDifference(weights.subarray(15, 18), gaussianSolve(matrix, 3, [9, 7, 4]))).toBeLessThan(1e-6);
  });

  it('leave out what was never bought with a row, and fill up with the number of rows', () => {
    const { gram } = partial(pairs);
    const { rows, weights } = neighbourWeights(gram, 2, 1);
    expect([...rows.subarray(8, 10)]).toEqual([ROWS, ROWS]);
    expect([...weights.subarray(8, 10)]).toEqual([0, 0]);
    expect([...rows.subarray(6, 8)]).toEqual([5, ROWS]);
    expect(weights[6]).toBeCloseTo(7 / (35 + 1), 10);
  });

  it('double the ridge until the matrix is positive definite', () => {
    // Counts that no purchases could give: 1 and 3 are bought together more often than alone.
    const { gram, estimate } = partial([...pairs, [1, 3, 1000]]);
    const { rows, weights } = neighbourWeights(gram, 3, 25);
    expect([...rows.subarray(15, 18)]).toEqual([1, 3, 2]);
    const withRidge = (ridge: number) => {
      const e32 = estimate(3, 2);
      return Float64Array.of(39 + ridge, 1000, 3, 1000, 37 + ridge, e32, 3, e32, 38 + ridge);
    };
    let ridge = 25;
    while (symmetricEigen(withRidge(ridge), 3).values[2]! <= 0) ridge *= 2;
    expect(ridge).toBeGreaterThan(800);
    expect(largestDifference(weights.subarray(15, 18), gaussianSolve(withRidge(ridge), 3, [9, 7, 4]))).toBeLessThan(
      1e-6,
    );
  });
});
