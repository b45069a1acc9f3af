import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import { symmetricEigen } from '../../../shared/linear-algebra/symmetric-eigen.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { gaussianSolve, identity, largestDifference, matrixOf, outer, product } from '../linear-algebra/matrices.ts';
import { bought, catalogueOf, deviceOf, pooledGram, randomBaskets, rounds, train } from './in-memory.ts';

const SEED = 20_260_405;
const ITEMS = 18;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(90, ITEMS, 9, SEED);
const gram = pooledGram(baskets, ITEMS);

function setUp(options: Record<string, unknown>, histories: readonly Iterable<number>[] = baskets) {
  const learner = createLearner('spectral', options, catalogue);
  return { learner, devices: histories.map(items => deviceOf(learner, bought(items, catalogue))) };
}

/** count^-exponent of each item, of those that nobody bought 1. */
function scalesOf(exponent: number): Float64Array {
  return Float64Array.from({ length: ITEMS }, (_, item) => Math.max(1, gram[item * (ITEMS + 1)]!) ** -exponent);
}

function scaledGram(exponent: number): Float64Array {
  const scales = scalesOf(exponent);
  return matrixOf(ITEMS, (a, b) => scales[a]! * scales[b]! * gram[a * ITEMS + b]!);
}

describe('the rounds of spectral', () => {
  it('count, iterate, count pairs, and end; each as long as it has rows and columns', () => {
    const { learner, devices } = setUp({ columns: 5, subspaceRounds: 3, neighbourRounds: 2 });
    const plans = [...rounds(learner, devices, SEED)].map(state => learner.plan(state));
    expect(plans.at(-1)).toBeUndefined();
    const phases = plans.slice(0, -1).map(plan => plan!.phase);
    expect(phases).toEqual(['count', 'subspace', 'subspace', 'subspace', 'neighbours', 'neighbours']);
    expect(plans.slice(0, -1).map(plan => plan!.length)).toEqual([ITEMS, ...Array<number>(5).fill(5 * ITEMS)]);
  });

  it('have no more columns than items', () => {
    const { learner, devices } = setUp({ columns: 512, subspaceRounds: 1, neighbourRounds: 0 });
    const plans = [...rounds(learner, devices, SEED)].map(state => learner.plan(state)?.length);
    expect(plans).toEqual([ITEMS, ITEMS * ITEMS, undefined]);
  });

  it('begin with how many devices bought each item', () => {
    const { learner, devices } = setUp({ popularityExponent: 0.3 });
    const [, { model }] = [...rounds(learner, devices, SEED)] as [
      unknown,
      { model: ReturnType<typeof train>['model'] },
    ];
    const counts = gram.filter((_, at) => at % (ITEMS + 1) === 0);
    expect(
      largestDifference(
        model.tensor('item.shares'),
        counts.map(count => count / baskets.length),
      ),
    ).toBeLessThan(1e-7);
    expect([...model.tensor('item.rows')]).toEqual([...Array(ITEMS).keys()]);
    expect(largestDifference(model.tensor('row.scales'), scalesOf(0.3))).toBeLessThan(1e-7);
  });
});

describe('subspace iteration over devices', () => {
  it.each([0, 0.4])('finds the leading eigenvectors of the scaled Gram matrix, exponent %d', exponent => {
    const columns = 3;
    const { learner, devices } = setUp({
      columns,
      subspaceRounds: 41,
      neighbourRounds: 0,
      popularityExponent: exponent,
    });
    const { model } = [...rounds(learner, devices, SEED)].at(-2)!;
    const { vectors } = symmetricEigen(scaledGram(exponent), ITEMS);
    const leading = vectors.filter((_, at) => at % ITEMS < columns);
    expect(largestDifference(outer(model.tensor('row.factors'), columns), outer(leading, columns))).toBeLessThan(1e-5);
  });

  it('with all columns scores by A (A + ridge)^-1 of the scaled Gram matrix A', () => {
    const [exponent, lambda] = [0.4, 2.5];
    const options = { columns: ITEMS, subspaceRounds: 1, neighbourRounds: 0, popularityExponent: exponent, lambda };
    const { learner, devices } = setUp({ ...options, recency: 0, popularityPrior: 0 });
    const { model } = train(learner, devices, SEED);
    const a = scaledGram(exponent);
    const trace = (matrix: Float64Array) =>
      matrix.reduce((sum, value, at) => sum + (at % (ITEMS + 1) === 0 ? value : 0), 0);
    const ridge = lambda * (trace(a) / trace(gram));
    const ridged = a.map((value, at) => value + ridge * identity(ITEMS)[at]!);
    const expected = product(a, gaussianSolve(ridged, ITEMS, identity(ITEMS)), ITEMS);
    for (const [user, device] of devices.entries()) {
      const scores = Array.from({ length: ITEMS }, (_, item) =>
        baskets[user]!.reduce((sum, row) => sum + scalesOf(exponent)[row]! * expected[row * ITEMS + item]!, 0),
      );
      expect(largestDifference(learner.scores(model, device), scores)).toBeLessThan(1e-4);
    }
  });
});

describe('with every pair a candidate', () => {
  // Each pair was bought together: pairs that never were are left out of the regressions, which EASE does not do.
  const random = seededRandom(SEED, 'dense');
  const denseBaskets = Array.from({ length: 70 }, () =>
    Array.from(Array(ITEMS).keys()).filter(() => random.below(2) === 0),
  );
  const denseGram = pooledGram(
    denseBaskets.map(items => Int32Array.from(items)),
    ITEMS,
  );
  const lambda = 4.5;
  const ridged = denseGram.map((value, at) => value + lambda * identity(ITEMS)[at]!);
  const p = gaussianSolve(ridged, ITEMS, identity(ITEMS));
  const easeWeight = (i: number, j: number) => -p[i * ITEMS + j]! / p[j * (ITEMS + 1)]!;

  it.each([
    [ITEMS, 1],
    [6, 3],
  ])('the neighbours’ weights are those of EASE: %d columns, %d rounds', (columns, neighbourRounds) => {
    expect(Math.min(...denseGram)).toBeGreaterThan(0);
    const { learner, devices } = setUp({ columns, subspaceRounds: 2, neighbourRounds, lambda }, denseBaskets);
    const { model } = train(learner, devices, SEED);
    const [neighbours, weights] = [model.tensor('row.neighbours'), model.tensor('row.weights')];
    const width = neighbours.length / ITEMS;
    for (let row = 0; row < ITEMS; row++) {
      const found = new Map<number, number>();
      for (let at = row * width; at < (row + 1) * width; at++) {
        if (neighbours[at]! < ITEMS) found.set(neighbours[at]!, weights[at]!);
      }
      expect([...found.keys()].toSorted((a, b) => a - b)).toEqual(
        [...Array(ITEMS).keys()].filter(item => item !== row),
      );
      for (const [other, weight] of found) expect(Math.abs(weight - easeWeight(other, row))).toBeLessThan(1e-6);
    }
  });

  it('and scores without factors are those of EASE', () => {
    const only = { factorWeight: 0, popularityPrior: 0, recency: 0.5 };
    const options = { columns: ITEMS, subspaceRounds: 1, neighbourRounds: 1, lambda, ...only };
    const { learner, devices } = setUp(options, denseBaskets);
    const { model } = train(learner, devices, SEED);
    const history = [2, 11, 5];
    const expected = Array.from({ length: ITEMS }, (_, item) =>
      history.reduce((sum, row, n) => sum + (row === item ? 0 : (3 - n) ** -0.5 * easeWeight(row, item)), 0),
    );
    const scores = learner.scores(model, deviceOf(learner, bought(history, catalogue)));
    expect(largestDifference(scores, expected)).toBeLessThan(1e-6);
  });
});

it('scores of spectral are those of the neighbours, and of the factors times their weight', () => {
  const options = { columns: 6, subspaceRounds: 2, neighbourRounds: 1, popularityPrior: 0, popularityExponent: 0.3 };
  const scoresWith = (factorWeight: number) => {
    const { learner, devices } = setUp({ ...options, factorWeight });
    const { model } = train(learner, devices, SEED);
    return { model, scores: learner.scores(model, deviceOf(learner, bought([9], catalogue))) };
  };
  const { model, scores } = scoresWith(0);
  const factors = outer(model.tensor('row.factors'), 6);
  const expected = scores.map((score, item) => score + 0.7 * scalesOf(0.3)[9]! * factors[9 * ITEMS + item]!);
  expect(largestDifference(scoresWith(0.7).scores, expected)).toBeLessThan(1e-6);
  expect(largestDifference(scores, expected)).toBeGreaterThan(1e-2);
});
