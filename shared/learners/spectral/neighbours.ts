import { solveRidge } from '../../linear-algebra/cholesky.ts';
import { topK } from '../../top-k.ts';
import type { PartialGram } from './gram.ts';

/** A row's neighbours and their weights, `width` a row; the number of rows, with weight 0, fills up. */
export interface Neighbours {
  readonly width: number;
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

/**
 * The pairs to count next: for each row the `columns` rows that look most similar and are not counted yet. Returns rows x
 * columns, -1 where there are no more. The first time similarity is that of the low-rank approximation; with weights
 * at hand, that of the neighbours' neighbours, as in NN-descent (Dong, Moses and Li 2011).
 */
export function candidates(gram: PartialGram, columns: number, known: Neighbours | undefined): Int32Array {
  // Each unordered pair is counted once, so that every coordinate of a round counts another pair.
  const taken = Array.from({ length: gram.rows }, (_, row) => new Set([row, ...gram.partners(row).keys()]));
  const norms = gram.norms();
  const links = known && symmetricLinks(known, gram.rows);
  const chosen = new Int32Array(gram.rows * columns).fill(-1);
  const similarity = new Float32Array(gram.rows);
  for (let row = 0; row < gram.rows; row++) {
    gram.similarities(row, norms, similarity);
    // Second-order links come first, ordered among themselves; similarities, which are at most 1, order the rest.
    if (links !== undefined) addSecondOrder(row, links, similarity);
    for (const [n, other] of topK(similarity, columns, taken[row]).entries()) {
      chosen[row * columns + n] = other;
      taken[other]!.add(row);
    }
  }
  return chosen;
}

function symmetricLinks({ width, rows, weights }: Neighbours, count: number): readonly Map<number, number>[] {
  const links = Array.from({ length: count }, () => new Map<number, number>());
  for (let at = 0; at < rows.length; at++) {
    const weight = weights[at]!;
    if (!(weight > 0)) continue;
    const a = Math.floor(at / width);
    const b = rows[at]!;
    links[a]!.set(b, (links[a]!.get(b) ?? 0) + weight);
    links[b]!.set(a, (links[b]!.get(a) ?? 0) + weight);
  }
  return links;
}

function addSecondOrder(row: number, links: readonly Map<number, number>[], similarity: Float32Array): void {
  const reached = new Map<number, number>();
  for (const [near, first] of links[row]!) {
    for (const [far, second] of links[near]!) reached.set(far, (reached.get(far) ?? 0) + first * second);
  }
  for (const [far, weight] of reached) similarity[far] = 2 + weight;
}

/**
 * EASE's weights of each row on its counted partners alone, the `width` most similar of them: the regression of the row
 * on the neighbours, (G_NN + ridge)^-1 G_Nj. Restricting EASE to few weights a row regularises it (Steck, 2019b, "Markov random
 * fields for collaborative filtering", section 3.2), and takes rows x width^3 / 3 operations in place of rows^3.
 */
export function neighbourWeights(gram: PartialGram, width: number, ridge: number): Neighbours {
  const rows = new Int32Array(gram.rows * width).fill(gram.rows);
  const weights = new Float64Array(gram.rows * width);
  const places = new Int32Array(gram.rows).fill(-1);
  for (let row = 0; row < gram.rows; row++) {
    const near = nearest(gram, row, width);
    if (near.length === 0) continue;
    const solution = regress(gram, row, near, ridge, places);
    for (const [n, other] of near.entries()) {
      rows[row * width + n] = other;
      weights[row * width + n] = solution[n]!;
    }
  }
  return { width, rows, weights };
}

function nearest(gram: PartialGram, row: number, width: number): readonly number[] {
  const closeness = (other: number, count: number): number => count / Math.sqrt(Math.max(1, gram.count(other)));
  return [...gram.partners(row)]
    .filter(([, count]) => count > 0)
    .sort(([a, m], [b, n]) => closeness(b, n) - closeness(a, m) || a - b)
    .slice(0, width)
    .map(([other]) => other);
}

function regress(
  gram: PartialGram,
  row: number,
  near: readonly number[],
  ridge: number,
  places: Int32Array,
): Float64Array {
  const solution = Float64Array.from(near, other => gram.partners(row).get(other)!);
  solveRidge(gram.block(near, places), near.length, solution, ridge);
  return solution;
}
