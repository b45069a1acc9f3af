import type { History } from '../../history.ts';
import type { Heap, Scratch } from '../../kernels/heap.ts';
import { strideOf } from '../../linear-algebra/stride.ts';
import type { Model } from '../../model.ts';
import { historyWeights, priorWeight } from '../history-weights.ts';
import type { SpectralOptions } from './options.ts';
import { residentRows } from './resident.ts';
import { RowHistories } from './rows.ts';

/** The weights of the neighbours that row r is: of scored[at], weights[at], for `at` from offsets[r] to offsets[r + 1]. */
interface ByNeighbour {
  readonly offsets: Int32Array;
  readonly scored: Int32Array;
  readonly weights: Float32Array;
}

interface Prepared {
  /** By item: its share over the largest of its row, 1 where nobody bought any of them. */
  readonly parts: Float32Array;
  /** Left out before there are any. */
  readonly neighbours: ByNeighbour | undefined;
}

/** Scores histories by the model of any round, with what there is so far. */
export class Scorer {
  readonly #options: SpectralOptions;
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  readonly #histories: RowHistories;
  readonly #rowScores: Float64Array;
  readonly #prepared = new WeakMap<Model, Prepared>();

  constructor(options: SpectralOptions, rows: number, heap: Heap) {
    this.#options = options;
    this.#heap = heap;
    this.#scratch = heap.scratch();
    this.#histories = new RowHistories(rows);
    this.#rowScores = new Float64Array(rows);
  }

  /**
   * One score an item: of its row, by the neighbours that the history has and by the projection on the factors. Of items
   * that share a row the more popular come first.
   */
  scores(model: Model, history: History): Float32Array {
    const heap = this.#heap;
    const { rows, columns, factors, itemRows, scales } = residentRows(heap, model);
    const stride = strideOf(columns);
    const most = history.items.length;
    const vectorAt = this.#scratch.reserve(8 * stride + 4 * (stride + 2 * most + strideOf(rows)));
    const userAt = vectorAt + 8 * stride;
    const heldAt = userAt + 4 * stride;
    const weightsAt = heldAt + 4 * most;
    const scoresAt = weightsAt + 4 * most;
    const [held, weights] = [heap.int32(heldAt, most), heap.float32(weightsAt, most)];
    const ofItems = historyWeights(history, this.#options);
    const count = this.#histories.write(history.items, itemRows(), ofItems, held, weights);
    const { neighbours, parts } = this.#prepare(model);
    const own = weights.slice(0, count);
    const ofRows = scales();
    for (let n = 0; n < count; n++) weights[n]! *= ofRows[held[n]!]!;
    const vector = heap.float64(vectorAt, stride).fill(0);
    heap.kernels.weightedRowSum(factors, stride, heldAt, count, weightsAt, vectorAt);
    const factorWeight = neighbours === undefined ? 1 : this.#options.factorWeight;
    heap.float32(userAt, stride).set(vector.map(value => factorWeight * value));
    heap.kernels.scoreItems(factors, stride, 0, userAt, rows, scoresAt);
    const rowScores = this.#rowScores;
    rowScores.set(heap.float32(scoresAt, rows));
    if (neighbours !== undefined) addNeighbours(neighbours, held.subarray(0, count), own, rowScores);
    const shares = model.tensor('item.shares');
    const prior = priorWeight(this.#options.popularityPrior, most);
    const rowOf = itemRows();
    const scores = new Float32Array(shares.length);
    for (let item = 0; item < scores.length; item++) {
      const score = rowScores[rowOf[item]!]!;
      scores[item] = (score > 0 ? parts[item]! : 1) * score + prior * shares[item]!;
    }
    return scores;
  }

  #prepare(model: Model): Prepared {
    const known = this.#prepared.get(model);
    if (known !== undefined) return known;
    const prepared = { parts: partsOf(model), neighbours: neighboursOf(model) };
    this.#prepared.set(model, prepared);
    return prepared;
  }
}

function partsOf(model: Model): Float32Array {
  const shares = model.tensor('item.shares');
  const itemRows = model.tensor('item.rows');
  const largest = new Float32Array(model.tensor('row.scales').length);
  for (let item = 0; item < shares.length; item++) {
    largest[itemRows[item]!] = Math.max(largest[itemRows[item]!]!, shares[item]!);
  }
  return shares.map((share, item) => (largest[itemRows[item]!]! > 0 ? share / largest[itemRows[item]!]! : 1));
}

/** The model has them by the row that is scored; turned about, what a history does to scores costs what is in it. */
function neighboursOf(model: Model): ByNeighbour | undefined {
  if (!model.specs.some(({ name }) => name === 'row.neighbours')) return undefined;
  const neighbours = model.tensor('row.neighbours');
  const weights = model.tensor('row.weights');
  const rows = model.tensor('row.scales').length;
  const width = neighbours.length / rows;
  const offsets = new Int32Array(rows + 1);
  for (let at = 0; at < neighbours.length; at++) if (neighbours[at]! < rows) offsets[neighbours[at]! + 1]!++;
  for (let row = 0; row < rows; row++) offsets[row + 1]! += offsets[row]!;
  const ends = offsets.slice();
  const scored = new Int32Array(offsets[rows]!);
  const turned = new Float32Array(scored.length);
  for (let at = 0; at < neighbours.length; at++) {
    if (!(neighbours[at]! < rows)) continue;
    const to = ends[neighbours[at]!]!++;
    scored[to] = Math.floor(at / width);
    turned[to] = weights[at]!;
  }
  return { offsets, scored, weights: turned };
}

function addNeighbours(
  { offsets, scored, weights }: ByNeighbour,
  held: Int32Array,
  heldWeights: Float32Array,
  scores: Float64Array,
): void {
  for (let n = 0; n < held.length; n++) {
    const weight = heldWeights[n]!;
    for (let at = offsets[held[n]!]!; at < offsets[held[n]! + 1]!; at++) scores[scored[at]!]! += weight * weights[at]!;
  }
}
