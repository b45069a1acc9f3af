import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { createLearner, learnerDefinitions } from '../../../shared/learners/index.ts';
import { type Numerics, singleThread } from '../../../shared/linear-algebra/numerics.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { gaussianSolve, identity, largestDifference, matrixOf } from '../linear-algebra/matrices.ts';
import { bought, catalogueOf, deviceOf, pooledGram, randomBaskets, rounds, train } from './in-memory.ts';

const SEED = 20_260_403;
const ITEMS = 24;
const catalogue = catalogueOf(ITEMS);
const baskets = randomBaskets(120, ITEMS, 12, SEED);

function setUp(options: Record<string, unknown>, histories: readonly Iterable<number>[] = baskets) {
  const learner = createLearner('ease', options, catalogue);
  return { learner, devices: histories.map(items => deviceOf(learner, bought(items, catalogue))) };
}

function trained(options: Record<string, unknown>, histories: readonly Iterable<number>[] = baskets) {
  const { learner, devices } = setUp(options, histories);
  const { model } = train(learner, devices, SEED);
  return {
    model,
    scores: (items: Iterable<number>) => learner.scores(model, deviceOf(learner, bought(items, catalogue))),
  };
}

/** EASE as published: B = I - P / diag(P), column by column, P = (G + lambda I)^-1. */
function pooledEase(gram: Float64Array, lambda: number): Float64Array {
  const ridged = matrixOf(ITEMS, (i, j) => gram[i * ITEMS + j]! + (i === j ? lambda : 0));
  const p = gaussianSolve(ridged, ITEMS, identity(ITEMS));
  return matrixOf(ITEMS, (i, j) => (i === j ? 0 : -p[i * ITEMS + j]! / p[j * ITEMS + j]!));
}

/** Each pair of a history times (1 + distance)^-proximity. */
function gramByDistance(proximity: number): Float64Array {
  const gram = new Float64Array(ITEMS * ITEMS);
  for (const basket of baskets) {
    for (const [n, a] of basket.entries()) {
      for (const [m, b] of basket.entries()) gram[a * ITEMS + b]! += (1 + Math.abs(n - m)) ** -proximity;
    }
  }
  return gram;
}

describe('federated EASE is pooled EASE', () => {
  const gram = pooledGram(baskets, ITEMS);

  it.each([0.7, 5, Math.E ** 5])('with lambda %d', lambda => {
    const { model } = trained({ lambda, clipNorm: 64 });
    expect(largestDifference(model.tensor('item.weights'), pooledEase(gram, lambda))).toBeLessThan(1e-6);
  });

  it('with the mean number of buyers for lambda unless it is given', () => {
    const mean = baskets.reduce((sum, basket) => sum + basket.length, 0) / ITEMS;
    const { model } = trained({ clipNorm: 64 });
    expect(largestDifference(model.tensor('item.weights'), pooledEase(gram, mean))).toBeLessThan(1e-6);
  });

  it.each([0.2, 1.5])('with pairs weighted by their distance, proximity %d', proximity => {
    const { model } = trained({ lambda: 5, proximity, clipNorm: 16 });
    const weights = model.tensor('item.weights');
    expect(largestDifference(weights, pooledEase(gramByDistance(proximity), 5))).toBeLessThan(1e-6);
    expect(largestDifference(weights, pooledEase(gram, 5))).toBeGreaterThan(1e-3);
  });

  it('and scores a history by the rows of its items, weighted by age', () => {
    const { scores } = trained({ lambda: 5, recency: 0.6, popularityPrior: 0 });
    const weights = pooledEase(gram, 5);
    const history = [3, 17, 0, 8, 21];
    const expected = Array.from({ length: ITEMS }, (_, item) =>
      history.reduce((sum, row, n) => sum + (5 - n) ** -0.6 * weights[row * ITEMS + item]!, 0),
    );
    expect(largestDifference(scores(history), expected)).toBeLessThan(1e-6);
  });

  it('and adds the share of buyers, less of it the longer the history', () => {
    const [added, without] = [0.3, 0].map(popularityPrior => trained({ lambda: 5, popularityPrior }));
    const shares = added!.model.tensor('item.shares');
    for (const history of [[], [4], [3, 17, 0, 8, 21]]) {
      const bare = without!.scores(history);
      const expected = shares.map((share, item) => bare[item]! + (0.3 / Math.max(1, history.length)) * share);
      expect(largestDifference(added!.scores(history), expected)).toBeLessThan(1e-6);
    }
  });
});

describe('recommendations of ease', () => {
  it('put the frequent partner of a single item first', () => {
    const { scores } = trained({ lambda: 2, popularityPrior: 0.01 }, [
      [7, 20],
      [7, 20],
      [7, 20, 3],
      [3, 4],
      [3, 5],
      [3],
      [3],
      [3],
      [3, 9],
    ]);
    const ranked = (items: number[]) =>
      [...scores(items).keys()].toSorted((a, b) => scores(items)[b]! - scores(items)[a]!);
    expect(ranked([7]).find(item => item !== 7)).toBe(20);
    expect(ranked([20]).find(item => item !== 20)).toBe(7);
  });

  it.each([{}, { rank: 5 }])('of an empty history are the most popular items: %o', options => {
    const { scores, model } = trained(options);
    const shares = model.tensor('item.shares');
    expect(
      largestDifference(
        shares.map(share => share * baskets.length),
        pooledGram(baskets, ITEMS).filter((_, at) => at % (ITEMS + 1) === 0),
      ),
    ).toBeLessThan(1e-4);
    const ranked = [...scores([]).keys()].toSorted((a, b) => scores([])[b]! - scores([])[a]!);
    expect(ranked).toEqual([...shares.keys()].toSorted((a, b) => shares[b]! - shares[a]!));
  });

  it('of a coordinator that nobody bought anything from are all alike', () => {
    const { scores } = trained({}, [[], []]);
    expect(scores([4, 7])).toEqual(new Float32Array(ITEMS));
  });
});

describe('a run of ease', () => {
  it.each([{}, { rank: 3 }])('gives the same bits for the same seed, sparse or dense: %o', options => {
    const [one, two, three] = [setUp(options), setUp(options), setUp(options)];
    const state = train(one.learner, one.devices, SEED);
    expect(train(two.learner, two.devices, SEED)).toEqual(state);
    expect(train(three.learner, three.devices, SEED, true)).toEqual(state);
    expect(state.round).toBe(1);
    expect(one.learner.plan(state)).toBeUndefined();
  });

  it('has its matrix inverted where it is told to, in the memory that it is given for that', () => {
    const given: Float64Array[] = [];
    const inverted: Float64Array[] = [];
    const numerics: Numerics = {
      doubles(length) {
        given.push(new Float64Array(length));
        return given.at(-1)!;
      },
      invertSpd(matrix, order) {
        inverted.push(matrix);
        singleThread.invertSpd(matrix, order);
      },
    };
    const learner = createLearner('ease', {}, catalogue, learnerDefinitions, numerics);
    const devices = baskets.map(items => deviceOf(learner, bought(items, catalogue)));
    expect(train(learner, devices, SEED)).toEqual(train(setUp({}).learner, devices, SEED));
    expect(inverted).toEqual(given);
    expect(inverted.length).toBe(1);
    expect(inverted[0]).toBe(given[0]);
  });

  it('leaves the state and the sum that it folds as they were', () => {
    const { learner } = setUp({ rank: 3 });
    const state = learner.init(seededRandom(SEED));
    const plan = learner.plan(state)!;
    const sum = new Float64Array(plan.length).fill(1 / 7);
    learner.fold(state, plan, { sum, expectedContributions: 3, noiseDeviation: 0 });
    expect(state).toEqual(learner.init(seededRandom(SEED)));
    expect(sum).toEqual(new Float64Array(plan.length).fill(1 / 7));
  });

  it('is refused for a catalogue whose pairs are too many, with the learner to use instead', () => {
    expect(() => createLearner('ease', {}, catalogueOf(12_501))).toThrow(SettingsError);
    expect(() => createLearner('ease', {}, catalogueOf(12_501))).toThrow(/"spectral"/);
    expect(createLearner('ease', {}, catalogueOf(12_500)).name).toBe('ease');
  });
});

describe('noise on the sum of ease', () => {
  it.each([0.3, 30, 1e4, 1e8])('of standard deviation %d never stops it, and scores stay finite', noise => {
    for (const seed of [1, 2, 3]) {
      const catalogue = catalogueOf(20);
      const learner = createLearner('ease', { clipNorm: 64, together: 3 }, catalogue);
      const devices = randomBaskets(30, 20, 8, seed).map(items => deviceOf(learner, bought(items, catalogue)));
      for (const { model } of [...rounds(learner, devices, seed, { noise })].slice(1)) {
        const scores = learner.scores(model, devices[0]!);
        expect(scores.every(Number.isFinite), `seed ${seed}`).toBe(true);
      }
    }
  });
});
