import type { History } from '../../history.ts';
import type { Model } from '../../model.ts';
import { historyWeights, priorWeight } from '../history-weights.ts';
import type { SpectralOptions } from './options.ts';
import { rowHistory } from './rows.ts';

/**
 * One score an item: of its row, by the neighbours that the history has and by the projection on the factors. Of items
 * that share a row the more popular come first. Works with the model of any round, with what there is so far.
 */
export function spectralScores(model: Model, history: History, options: SpectralOptions): Float32Array {
  const has = new Set(model.specs.map(({ name }) => name));
  const shares = model.tensor('item.shares');
  const itemRows = model.tensor('item.rows');
  const weights = historyWeights(history, options);
  const { rows, weights: rowWeights } = rowHistory(history.items, itemRows, n => weights[n]!);
  const scales = model.tensor('row.scales');
  const rowScores = new Float64Array(scales.length);
  const factorWeight = has.has('row.neighbours') ? options.factorWeight : 1;
  addProjection(model.tensor('row.factors'), scales, rows, rowWeights, factorWeight, rowScores);
  if (has.has('row.neighbours')) {
    addNeighbours(model.tensor('row.neighbours'), model.tensor('row.weights'), rows, rowWeights, rowScores);
  }
  const largest = new Float32Array(scales.length);
  for (let item = 0; item < shares.length; item++) {
    const row = itemRows[item]!;
    if (shares[item]! > largest[row]!) largest[row] = shares[item]!;
  }
  const prior = priorWeight(options.popularityPrior, history.items.length);
  const scores = new Float32Array(shares.length);
  for (let item = 0; item < scores.length; item++) {
    const row = itemRows[item]!;
    const part = rowScores[row]! > 0 && largest[row]! > 0 ? shares[item]! / largest[row]! : 1;
    scores[item] = part * rowScores[row]! + prior * shares[item]!;
  }
  return scores;
}

/** scores += weight (x S F) F^T, S being the scales on the diagonal. */
function addProjection(
  factors: Float32Array,
  scales: Float32Array,
  rows: Int32Array,
  rowWeights: Float64Array,
  weight: number,
  scores: Float64Array,
): void {
  const columns = factors.length / scales.length;
  const vector = new Float64Array(columns);
  for (let n = 0; n < rows.length; n++) {
    const scaled = weight * rowWeights[n]! * scales[rows[n]!]!;
    for (let k = 0; k < columns; k++) vector[k]! += scaled * factors[rows[n]! * columns + k]!;
  }
  for (let row = 0; row < scores.length; row++) {
    let score = 0;
    for (let k = 0; k < columns; k++) score += vector[k]! * factors[row * columns + k]!;
    scores[row]! += score;
  }
}

function addNeighbours(
  neighbours: Float32Array,
  weights: Float32Array,
  rows: Int32Array,
  rowWeights: Float64Array,
  scores: Float64Array,
): void {
  const width = neighbours.length / scores.length;
  // One more at the end, for the number that fills a row up.
  const held = new Float64Array(scores.length + 1);
  for (let n = 0; n < rows.length; n++) held[rows[n]!] = rowWeights[n]!;
  for (let row = 0; row < scores.length; row++) {
    let score = 0;
    for (let at = row * width; at < (row + 1) * width; at++) score += weights[at]! * held[neighbours[at]!]!;
    scores[row]! += score;
  }
}
