import type { Catalogue } from '../../shared/catalogue.ts';
import { ials } from '../../shared/learners/ials/ials.ts';
import { type IalsOptions, type SolveOptions, solveOptions } from '../../shared/learners/ials/options.ts';
import { solveUser } from '../../shared/learners/ials/user-vector.ts';
import { innerProduct } from '../../shared/linear-algebra/tall.ts';
import { Model } from '../../shared/model.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

/**
 * Implicit ALS as one trains it with all purchases in one place (Hu, Koren and Volinsky 2008; Rendle et al. 2021): users and
 * items in turn are solved exactly, each from the lists of the other. Scores are those of the federated learner's
 * devices.
 */
export function trainPooledIals(options: IalsOptions, train: Population, catalogue: Catalogue, seed: number): Scorer {
  const { dimension, rounds, initialDeviation } = options;
  const random = seededRandom(seed, 'pooled', 'ials');
  const items = new Float32Array(catalogue.size * dimension);
  for (let k = 0; k < items.length; k++) items[k] = (initialDeviation / Math.sqrt(dimension)) * random.normal();
  const users = new Float32Array(train.size * dimension);
  const bought = Array.from({ length: train.size }, (_, user) => train.items(user));
  const buyers = invert(bought, catalogue.size);
  const solve = solveOptions(options, catalogue.size);
  for (let round = 0; round < rounds; round++) {
    solveSide(users, items, bought, solve);
    solveSide(items, users, buyers, solve);
  }
  const shares = Float32Array.from(buyers, list => list.length / train.size);
  const model = new Model(
    [
      { name: 'item.vectors', shape: [catalogue.size, dimension] },
      { name: 'item.gramian', shape: [dimension, dimension] },
      { name: 'item.shares', shape: [catalogue.size] },
    ],
    Float32Array.from([...items, ...gramian(items, dimension), ...shares]),
  );
  const learner = ials.create(options, catalogue);
  const personal = new Float32Array(0);
  return user => learner.scores(model, { history: train.history(user), personal });
}

/** Solves all rows of `target` for fixed rows of `source`; `lists[t]` names the rows that meet row t. */
function solveSide(
  target: Float32Array,
  source: Float32Array,
  lists: readonly Int32Array[],
  options: SolveOptions,
): void {
  const { dimension } = options;
  const side = { vectors: source, gramian: gramian(source, dimension), items: source.length / dimension };
  for (const [row, list] of lists.entries()) {
    target.set(solveUser(side, list, undefined, options), row * dimension);
  }
}

function gramian(vectors: Float32Array, dimension: number): Float32Array {
  const doubles = Float64Array.from(vectors);
  return Float32Array.from(innerProduct(doubles, doubles, dimension));
}

/** Which users bought each item. */
function invert(bought: readonly Int32Array[], itemCount: number): readonly Int32Array[] {
  const buyers = Array.from({ length: itemCount }, (): number[] => []);
  for (const [user, items] of bought.entries()) for (const item of items) buyers[item]!.push(user);
  return buyers.map(list => Int32Array.from(list));
}
