import type { History } from '../../history.ts';
import type { Heap, Scratch } from '../../kernels/heap.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';
import { historyWeights, priorWeight } from '../history-weights.ts';
import type { SpectralOptions } from './options.ts';
import { type RowShape, residentRows } from './resident.ts';
import { RowHistories } from './rows.ts';

/** Scores histories by the model of any round, with what there is so far. */
export class Scorer {
  readonly #options: SpectralOptions;
  readonly #shape: RowShape;
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  readonly #histories: RowHistories;

  constructor(options: SpectralOptions, shape: RowShape, heap: Heap) {
    this.#options = options;
    this.#shape = shape;
    this.#heap = heap;
    this.#scratch = heap.scratch();
    this.#histories = new RowHistories(shape.rows);
  }

  /**
   * One score an item: of its row, by the neighbours that the history has and by the projection on the factors. Of items
   * that share a row the more popular come first.
   */
  scores(model: Model, history: History): Float32Array {
    const heap = this.#heap;
    const { kernels } = heap;
    const { items, rows, columns } = this.#shape;
    const { factors, itemRows, scales } = residentRows(heap, model, this.#shape);
    const neighbours = residentNeighbours(heap, model);
    const parts = residentParts(heap, model);
    const stride = strideOf(columns);
    const most = history.items.length;
    const vectorAt = this.#scratch.reserve(8 * (stride + rows) + 4 * (stride + 3 * most + strideOf(rows)));
    const rowScoresAt = vectorAt + 8 * stride;
    const userAt = rowScoresAt + 8 * rows;
    const heldAt = userAt + 4 * stride;
    const weightsAt = heldAt + 4 * most;
    const scaledAt = weightsAt + 4 * most;
    const factorScoresAt = scaledAt + 4 * most;

    const [held, weights, scaled] = [
      heap.int32(heldAt, most),
      heap.float32(weightsAt, most),
      heap.float32(scaledAt, most),
    ];
    const ofItems = historyWeights(history, this.#options);
    const rowOf = heap.int32(itemRows, items);
    const count = this.#histories.write(history.items, rowOf, ofItems, held, weights);
    const ofRows = heap.float32(scales, rows);
    for (let n = 0; n < count; n++) scaled[n] = weights[n]! * ofRows[held[n]!]!;
    const vector = heap.float64(vectorAt, stride).fill(0);
    kernels.weightedRowSum(factors, stride, heldAt, count, scaledAt, vectorAt);
    const factorWeight = neighbours === undefined ? 1 : this.#options.factorWeight;
    heap.float32(userAt, stride).set(vector.map(value => factorWeight * value));
    kernels.scoreItems(factors, stride, 0, userAt, rows, factorScoresAt);
    const rowScores = heap.float64(rowScoresAt, rows);
    rowScores.set(heap.float32(factorScoresAt, rows));
    if (neighbours !== undefined) {
      const { offsets, scored, weights: ofNeighbours } = neighbours;
      kernels.addSparseRows(offsets, scored, ofNeighbours, heldAt, count, weightsAt, rowScoresAt);
    }

    const shares = model.tensor('item.shares');
    const prior = priorWeight(this.#options.popularityPrior, most);
    const ofRow = heap.float32(parts, items);
    const scores = new Float32Array(items);
    for (let item = 0; item < scores.length; item++) {
      const score = rowScores[rowOf[item]!]!;
      // Whichever sign noise gave the score, without a branch: positive ones are shared among the row's items.
      const positive = (score + Math.abs(score)) / 2;
      scores[item] = ofRow[item]! * positive + (score - positive) + prior * shares[item]!;
    }
    return scores;
  }
}

/** float32 [items]: each item's share over the largest of its row, 1 where nobody bought any of them. */
function residentParts(heap: Heap, model: Model): number {
  const shares = model.tensor('item.shares');
  return heap.resident(model, 'spectral parts', 4 * shares.length, at => {
    const itemRows = model.tensor('item.rows');
    const largest = new Float32Array(model.tensor('row.scales').length);
    for (let item = 0; item < shares.length; item++) {
      largest[itemRows[item]!] = Math.max(largest[itemRows[item]!]!, shares[item]!);
    }
    const parts = heap.float32(at, shares.length);
    for (let item = 0; item < shares.length; item++) {
      const most = largest[itemRows[item]!]!;
      parts[item] = most > 0 ? shares[item]! / most : 1;
    }
  });
}

/** Addresses: row r is the neighbour of scored[at], with weights[at], for `at` from offsets[r] to offsets[r + 1]. */
interface ResidentNeighbours {
  readonly offsets: number;
  readonly scored: number;
  readonly weights: number;
}

/** The model has them by the row that is scored; turned about, what a history does to scores costs what is in it. */
function residentNeighbours(heap: Heap, model: Model): ResidentNeighbours | undefined {
  if (!model.specs.some(({ name }) => name === 'row.neighbours')) return undefined;
  const neighbours = model.tensor('row.neighbours');
  const rows = model.tensor('row.scales').length;
  const most = neighbours.length;
  const offsetsAt = heap.resident(model, 'spectral neighbours', 4 * (rows + 1 + 2 * most), at => {
    const weights = model.tensor('row.weights');
    const offsets = heap.int32(at, rows + 1).fill(0);
    const scored = heap.int32(at + 4 * (rows + 1), most);
    const turned = heap.float32(at + 4 * (rows + 1 + most), most);
    const width = most / rows;
    // The number of rows, beyond the last of them, fills up.
    for (const row of neighbours) if (row >= 0 && row < rows) offsets[row + 1]!++;
    for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
    const ends = offsets.slice();
    for (let place = 0; place < most; place++) {
      const row = neighbours[place]!;
      if (!(row >= 0 && row < rows)) continue;
      const to = ends[row]!++;
      scored[to] = Math.floor(place / width);
      turned[to] = weights[place]!;
    }
  });
  const scored = offsetsAt + 4 * (rows + 1);
  return { offsets: offsetsAt, scored, weights: scored + 4 * most };
}
