/**
 * The inner loops of matrix factorisation over the items that one device looks at: its own, then drawn ones. Flat
 * float32 arrays that the caller owns, so that a WebAssembly kernel can stand in. Nothing is allocated.
 */
export interface Batch {
  /** [rows, dimension] */
  readonly vectors: Float32Array;
  /** [rows] */
  readonly biases: Float32Array;
  /** [positives]: the weights of the first rows, items that were bought; the other rows stand for all that were not. */
  readonly positives: Float32Array;
  /** How many items each of the other rows stands for: 1 if all are there. */
  readonly negativeWeight: number;
}

/** What a loss says of each row, [rows]. */
export interface Derivatives {
  /** The negative derivative of the loss by the row's score. */
  readonly errors: Float32Array;
  /** The second derivative; for `softmax` the diagonal part, see `userNormalEquations`. */
  readonly curvatures: Float32Array;
}

/** Fills the derivatives at the scores that `errors` holds on entry. */
export type Loss = (batch: Batch, derivatives: Derivatives) => void;

/** Forward: scores[row] = user . vectors[row] + biases[row]. */
export function forward(user: Float32Array, { vectors, biases }: Batch, scores: Float32Array): void {
  const dimension = user.length;
  for (let row = 0, at = 0; row < biases.length; row++) {
    let score = biases[row]!;
    for (let k = 0; k < dimension; k++, at++) score += user[k]! * vectors[at]!;
    scores[row] = score;
  }
}

/** Binary cross-entropy: the sum of -weight log sigma(s) over positives and of -negativeWeight log(1 - sigma(s)) over others. */
export const bce: Loss = ({ positives, negativeWeight }, { errors, curvatures }) => {
  for (let row = 0; row < errors.length; row++) {
    const probability = 1 / (1 + Math.exp(-errors[row]!));
    const weight = row < positives.length ? positives[row]! : negativeWeight;
    curvatures[row] = weight * probability * (1 - probability);
    errors[row] = weight * (row < positives.length ? 1 - probability : -probability);
  }
};

/**
 * Sampled softmax: the sum over positives of -weight log(exp(s) / Z), where Z = sum of exp over positives + negativeWeight times
 * that over the others, an unbiased estimate of the sum over the whole catalogue (Bengio and Senecal 2008).
 */
export const softmax: Loss = ({ positives, negativeWeight }, { errors, curvatures }) => {
  let largest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < errors.length; row++) largest = Math.max(largest, errors[row]!);
  let total = 0;
  for (let row = 0; row < errors.length; row++) {
    const share = (row < positives.length ? 1 : negativeWeight) * Math.exp(errors[row]! - largest);
    curvatures[row] = share;
    total += share;
  }
  let scale = 0;
  for (let row = 0; row < positives.length; row++) scale += positives[row]! / total;
  for (let row = 0; row < errors.length; row++) {
    const expected = curvatures[row]! * scale;
    curvatures[row] = expected;
    errors[row] = (row < positives.length ? positives[row]! : 0) - expected;
  }
};

/**
 * Backward to the user: gradient = sum of errors[row] x, and the lower triangle of matrix = sum of curvatures[row] x x^T,
 * where x = vectors[row]. With `centred`, x of the matrix is counted from its mean by curvature: the exact second
 * derivative of `softmax`, whose rows share one denominator. `mean` is scratch; gradient and mean [dimension], matrix
 * [dimension, dimension].
 */
export function userNormalEquations(
  { vectors }: Batch,
  { errors, curvatures }: Derivatives,
  centred: boolean,
  gradient: Float64Array,
  matrix: Float64Array,
  mean: Float64Array,
): void {
  const dimension = gradient.length;
  gradient.fill(0);
  matrix.fill(0);
  mean.fill(0);
  let total = 0;
  for (let row = 0, at = 0; row < errors.length; row++) {
    const error = errors[row]!;
    const curvature = curvatures[row]!;
    total += curvature;
    for (let k = 0; k < dimension; k++, at++) {
      gradient[k]! += error * vectors[at]!;
      mean[k]! += curvature * vectors[at]!;
    }
  }
  const blocks = errors.length - (errors.length % 4);
  for (let row = 0; row < blocks; row += 4) addFourSquares(vectors, row, curvatures, matrix, dimension);
  for (let row = blocks; row < errors.length; row++) {
    const base = row * dimension;
    for (let j = 0; j < dimension; j++) {
      const weighted = curvatures[row]! * vectors[base + j]!;
      for (let k = 0; k <= j; k++) matrix[j * dimension + k]! += weighted * vectors[base + k]!;
    }
  }
  if (!centred || total === 0) return;
  for (let j = 0; j < dimension; j++) {
    const share = mean[j]! / total;
    for (let k = 0; k <= j; k++) matrix[j * dimension + k]! -= share * mean[k]!;
  }
}

/**
 * Backward to the items, in place: vectors[row] <- errors[row] user - ridge vectors[row], the negative gradient with a
 * penalty of ridge / 2 times the squared norm, where ridge is `positiveRidge` or, of the other rows, `negativeRidge`.
 */
export function itemGradients(
  user: Float32Array,
  { vectors, positives }: Batch,
  { errors }: Derivatives,
  positiveRidge: number,
  negativeRidge: number,
): void {
  const dimension = user.length;
  for (let row = 0, at = 0; row < errors.length; row++) {
    const error = errors[row]!;
    const ridge = row < positives.length ? positiveRidge : negativeRidge;
    for (let k = 0; k < dimension; k++, at++) vectors[at] = error * user[k]! - ridge * vectors[at]!;
  }
}

/** Four rows at a time: each element of the matrix is then read and written a quarter as often. */
function addFourSquares(
  vectors: Float32Array,
  row: number,
  curvatures: Float32Array,
  matrix: Float64Array,
  dimension: number,
): void {
  const a = row * dimension;
  const b = a + dimension;
  const c = b + dimension;
  const d = c + dimension;
  for (let j = 0; j < dimension; j++) {
    const start = j * dimension;
    const wa = curvatures[row]! * vectors[a + j]!;
    const wb = curvatures[row + 1]! * vectors[b + j]!;
    const wc = curvatures[row + 2]! * vectors[c + j]!;
    const wd = curvatures[row + 3]! * vectors[d + j]!;
    for (let k = 0; k <= j; k++) {
      matrix[start + k]! += wa * vectors[a + k]! + wb * vectors[b + k]! + (wc * vectors[c + k]! + wd * vectors[d + k]!);
    }
  }
}
