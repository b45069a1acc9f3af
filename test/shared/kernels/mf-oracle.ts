import type { Factors, StepSizes } from '../../../shared/kernels/mf.ts';
import type { Tfjs } from '../../support/tfjs.ts';

export type Loss = 'bce' | 'bpr';

/** One term of the loss: a positive or a negative row by itself (bce), or a pair (bpr). */
export type Term =
  | { readonly positive: number; readonly negative?: undefined }
  | { readonly positive?: undefined; readonly negative: number }
  | { readonly positive: number; readonly negative: number };

/** All parameters in one vector: user, then vectors, then biases. */
export type Parameters = Float64Array<ArrayBuffer>;

/** The gradient of one term. */
export type Gradient = (at: Parameters, term: Term) => ArrayLike<number>;

/** The terms of samples in the order in which a pass takes its steps. */
export function termsOf(loss: Loss, rows: Int32Array, negatives: number): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < rows.length; at += negatives + 1) {
    const positive = rows[at]!;
    const others = [...rows.subarray(at + 1, at + 1 + negatives)];
    if (loss === 'bce') terms.push({ positive }, ...others.map(negative => ({ negative })));
    else terms.push(...others.map(negative => ({ positive, negative })));
  }
  return terms;
}

/** SGD with the given gradient over the terms, one step each. */
export function descend(
  start: Parameters,
  terms: readonly Term[],
  gradient: Gradient,
  steps: StepSizes,
  dimension: number,
): Parameters {
  const parameters = start.slice();
  for (const term of terms) {
    const slope = gradient(parameters, term);
    for (let k = 0; k < parameters.length; k++)
      parameters[k]! -= (k < dimension ? steps.user : steps.items) * slope[k]!;
  }
  return parameters;
}

export function pack({ user, vectors, biases }: Factors): Parameters {
  return Float64Array.from([...user, ...vectors, ...biases]);
}

/** The loss of a term as the kernel documents it, written out. */
export function lossOf(parameters: Parameters, term: Term, dimension: number, regularisation: number): number {
  const rowCount = (parameters.length - dimension) / (dimension + 1);
  const user = parameters.subarray(0, dimension);
  const vector = (row: number) => parameters.subarray(dimension * (row + 1), dimension * (row + 2));
  const score = (row: number) => dot(user, vector(row)) + parameters[dimension * (rowCount + 1) + row]!;
  const { positive, negative } = term;
  const margin = (positive === undefined ? 0 : score(positive)) - (negative === undefined ? 0 : score(negative));
  const touched = [user, ...[positive, negative].filter(row => row !== undefined).map(vector)];
  const penalty = touched.reduce((sum, v) => sum + dot(v, v), 0);
  return Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))) + (regularisation / 2) * penalty;
}

/** Central differences of `lossOf`, good to about nine digits. */
export function differences(dimension: number, regularisation: number): Gradient {
  return (at, term) => {
    const gradient = new Float64Array(at.length);
    for (let k = 0; k < at.length; k++) {
      const h = 1e-5 * Math.max(1, Math.abs(at[k]!));
      const up = at.slice();
      const down = at.slice();
      up[k]! += h;
      down[k]! -= h;
      const rise = lossOf(up, term, dimension, regularisation) - lossOf(down, term, dimension, regularisation);
      gradient[k] = rise / (up[k]! - down[k]!);
    }
    return gradient;
  };
}

/** tfjs's reverse-mode autodiff of the same loss, built from its own operations. */
export function autodiff(tf: Tfjs, dimension: number, regularisation: number): Gradient {
  return (at, { positive, negative }) =>
    tf.tidy(() => {
      const rowCount = (at.length - dimension) / (dimension + 1);
      const loss = tf.grad(all => {
        const user = all.slice(0, dimension);
        const vector = (row: number) => all.slice(dimension * (row + 1), dimension);
        const score = (row: number) => user.dot(vector(row)).add(all.slice(dimension * (rowCount + 1) + row, 1).sum());
        const signed = [
          ...(positive === undefined ? [] : [score(positive)]),
          ...(negative === undefined ? [] : [score(negative).neg()]),
        ];
        const touched = [user, ...[positive, negative].filter(row => row !== undefined).map(vector)];
        const penalty = tf.addN(touched.map(v => v.square().sum())).mul(regularisation / 2);
        return tf.addN(signed).neg().softplus().add(penalty).sum();
      });
      return loss(tf.tensor1d(Float32Array.from(at))).dataSync();
    });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
