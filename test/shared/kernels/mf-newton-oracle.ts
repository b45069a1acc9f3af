import type { Tfjs } from '../../support/tfjs.ts';

/** What one device's loss is of, in plain numbers. */
export interface Problem {
  readonly loss: 'bce' | 'softmax';
  readonly dimension: number;
  /** The weights of the first rows. */
  readonly positives: readonly number[];
  readonly negativeWeight: number;
  readonly positiveRidge: number;
  readonly negativeRidge: number;
}

/** All parameters in one vector: user, then vectors, then biases. */
export type Parameters = Float64Array<ArrayBuffer>;

/** The loss as the kernel documents it, with the items' penalty, written out. */
export function lossOf(problem: Problem, parameters: Parameters): number {
  const { loss, dimension, positives, negativeWeight, positiveRidge, negativeRidge } = problem;
  const rows = rowsOf(problem, parameters);
  const user = parameters.subarray(0, dimension);
  let total = 0;
  let denominator = 0;
  for (let row = 0; row < rows; row++) {
    const vector = parameters.subarray(dimension * (row + 1), dimension * (row + 2));
    const score = dot(user, vector) + parameters[dimension * (rows + 1) + row]!;
    const weight = positives[row];
    total += ((weight === undefined ? negativeRidge : positiveRidge) / 2) * dot(vector, vector);
    denominator += (weight === undefined ? negativeWeight : 1) * Math.exp(score);
    if (loss === 'bce') total += weight === undefined ? negativeWeight * softplus(score) : weight * softplus(-score);
    else if (weight !== undefined) total -= weight * score;
  }
  if (loss === 'bce') return total;
  return total + positives.reduce((sum, weight) => sum + weight, 0) * Math.log(denominator);
}

/** Central differences of any function of the parameters. */
export function differences(of: (at: Parameters) => number, at: Parameters, step: number): Parameters {
  return at.map((value, k) => {
    const h = step * Math.max(1, Math.abs(value));
    const [up, down] = [at.slice(), at.slice()];
    up[k]! += h;
    down[k]! -= h;
    return (of(up) - of(down)) / (up[k]! - down[k]!);
  });
}

/** tfjs's reverse-mode autodiff of the same loss, built from its own operations. */
export function autodiff(tf: Tfjs, problem: Problem, at: Parameters): Float32Array {
  const { loss, dimension, positives, negativeWeight, positiveRidge, negativeRidge } = problem;
  const rows = rowsOf(problem, at);
  return tf.tidy(() => {
    const gradient = tf.grad(all => {
      const user = all.slice(0, dimension);
      const terms = Array.from({ length: rows }, (_, row) => {
        const vector = all.slice(dimension * (row + 1), dimension);
        const score = user.dot(vector).add(all.slice(dimension * (rows + 1) + row, 1).sum());
        const weight = positives[row];
        return { score, weight, norm: vector.square().sum() };
      });
      const penalties = terms.map(({ norm, weight }) =>
        norm.mul((weight === undefined ? negativeRidge : positiveRidge) / 2),
      );
      if (loss === 'bce') {
        const entropies = terms.map(({ score, weight }) =>
          weight === undefined ? score.softplus().mul(negativeWeight) : score.neg().softplus().mul(weight),
        );
        return tf.addN([...entropies, ...penalties]);
      }
      const exponentials = terms.map(({ score, weight }) => score.exp().mul(weight === undefined ? negativeWeight : 1));
      const total = positives.reduce((sum, weight) => sum + weight, 0);
      const wins = terms.slice(0, positives.length).map(({ score, weight }) => score.mul(-weight!));
      return tf.addN([tf.addN(exponentials).log().mul(total), ...wins, ...penalties]);
    });
    return gradient(tf.tensor1d(Float32Array.from(at))).dataSync();
  });
}

function rowsOf({ dimension }: Problem, parameters: Parameters): number {
  return (parameters.length - dimension) / (dimension + 1);
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
