/**
 * The inner loops of matrix factorisation: SGD over fixed samples, on flat float32 arrays that the caller owns, so that
 * a WebAssembly kernel can stand in. Nothing is allocated.
 *
 * A row's score is s = user . vectors[row] + biases[row]. A sample is one positive row and `negatives` negative rows.
 */
export interface Samples {
  /** [count * (1 + negatives)] rows: each sample's positive, then its negatives. */
  readonly rows: Int32Array;
  readonly negatives: number;
}

/** What is trained, in place. */
export interface Factors {
  /** [dimension] */
  readonly user: Float32Array;
  /** [rows, dimension] */
  readonly vectors: Float32Array;
  /** [rows] */
  readonly biases: Float32Array;
}

export interface StepSizes {
  /** Learning rate of the user vector. */
  readonly user: number;
  /** Learning rate of item vectors and biases; 0 holds them fixed. */
  readonly items: number;
  /** lambda: each term of the loss carries lambda / 2 times the squared norm of the vectors in it; biases are free. */
  readonly regularisation: number;
}

/**
 * One pass of SGD over the rows `from` to `to` of the samples, one step a row, on the binary cross-entropy
 *
 *     -log sigma(s)  for the positive,   -log(1 - sigma(s))  for each negative.
 */
export function bcePass(
  { rows, negatives }: Samples,
  factors: Factors,
  steps: StepSizes,
  from = 0,
  to = rows.length,
): void {
  const { user, vectors, biases } = factors;
  const dimension = user.length;
  const group = negatives + 1;
  const keepUser = 1 - steps.user * steps.regularisation;
  const keepItem = 1 - steps.items * steps.regularisation;
  for (let at = from; at < to; at++) {
    const row = rows[at]!;
    const base = row * dimension;
    let score = biases[row]!;
    for (let k = 0; k < dimension; k++) score += user[k]! * vectors[base + k]!;
    // The negative derivative of the loss by the score.
    const error = at % group === 0 ? 1 / (1 + Math.exp(score)) : -1 / (1 + Math.exp(-score));
    const userStep = steps.user * error;
    const itemStep = steps.items * error;
    for (let k = 0; k < dimension; k++) {
      const u = user[k]!;
      const v = vectors[base + k]!;
      user[k] = u * keepUser + userStep * v;
      vectors[base + k] = v * keepItem + itemStep * u;
    }
    biases[row]! += itemStep;
  }
}

/**
 * One pass of SGD, one step a (positive, negative) pair, on the ranking loss -log sigma(s_positive - s_negative)
 * (Bayesian personalised ranking, Rendle et al. 2009).
 */
export function bprPass(
  { rows, negatives }: Samples,
  factors: Factors,
  steps: StepSizes,
  from = 0,
  to = rows.length,
): void {
  const { user, vectors, biases } = factors;
  const dimension = user.length;
  const group = negatives + 1;
  const keepUser = 1 - steps.user * steps.regularisation;
  const keepItem = 1 - steps.items * steps.regularisation;
  for (let at = from; at < to; at += group) {
    const positive = rows[at]!;
    const base = positive * dimension;
    for (let n = 1; n <= negatives; n++) {
      const negative = rows[at + n]!;
      const other = negative * dimension;
      let margin = biases[positive]! - biases[negative]!;
      for (let k = 0; k < dimension; k++) margin += user[k]! * (vectors[base + k]! - vectors[other + k]!);
      const error = 1 / (1 + Math.exp(margin));
      const userStep = steps.user * error;
      const itemStep = steps.items * error;
      for (let k = 0; k < dimension; k++) {
        const u = user[k]!;
        const v = vectors[base + k]!;
        const w = vectors[other + k]!;
        user[k] = u * keepUser + userStep * (v - w);
        vectors[base + k] = v * keepItem + itemStep * u;
        vectors[other + k] = w * keepItem - itemStep * u;
      }
      biases[positive]! += itemStep;
      biases[negative]! -= itemStep;
    }
  }
}
