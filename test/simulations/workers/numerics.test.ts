import { afterAll, beforeAll, expect, test } from 'vitest';
import { NumericalError } from '../../../shared/errors.ts';
import { createLearner, learnerOptions } from '../../../shared/learners/index.ts';
import { invertSpd } from '../../../shared/linear-algebra/invert-spd.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import { Threads } from '../../../simulations/workers/threads.ts';

/** Not a multiple of the block, and large enough for threads to be asked. */
const ORDER = 531;

let threads: Threads;
beforeAll(async () => {
  const dataset = await loadDataset('synthetic:tiny');
  const split = splitDataset(dataset, { holdout: 'last-item' });
  const options = learnerOptions('popularity', {});
  const learner = createLearner('popularity', options, dataset.catalogue);
  const catalogue = dataset.catalogue.encode();
  threads = await Threads.start({ count: 2, learner, learnerOptions: options, catalogue, split, seed: 1 });
});
afterAll(() => threads.close());

/** A random symmetric matrix whose diagonal dominates. */
function definite(matrix: Float64Array): Float64Array {
  const random = seededRandom(2, 'numerics');
  for (let i = 0; i < ORDER; i++) {
    for (let j = 0; j < i; j++) matrix[i * ORDER + j] = matrix[j * ORDER + i] = random.normal();
    matrix[i * ORDER + i] = ORDER;
  }
  return matrix;
}

test('the pool inverts a large matrix in its threads to the bits of one thread', () => {
  const expected = definite(new Float64Array(ORDER * ORDER));
  invertSpd(expected, ORDER);
  const matrix = definite(threads.numerics.doubles(ORDER * ORDER));
  threads.numerics.invertSpd(matrix, ORDER);
  expect(matrix).toEqual(expected);
});

test('it says why a matrix cannot be inverted, and goes on', () => {
  const { numerics } = threads;
  const matrix = definite(numerics.doubles(ORDER * ORDER));
  for (let j = 0; j < ORDER; j++) matrix[300 * ORDER + j] = matrix[j * ORDER + 300] = 0;
  expect(() => numerics.invertSpd(matrix, ORDER)).toThrow(NumericalError);
  numerics.invertSpd(definite(numerics.doubles(ORDER * ORDER)), ORDER);
});
