import { type Batch, type Derivatives, forward, type Loss, softmax, userNormalEquations } from '../../kernels/mf.ts';
import { solveSpd } from '../../linear-algebra/cholesky.ts';

/** A Newton step moves a user vector at most this far: from far away the quadratic model overshoots. */
const LONGEST_STEP = 3;

/**
 * Moves the user vector by Newton steps on the loss plus ridge / 2 times its squared norm: no step size to choose. The
 * problem is convex for fixed items, so a few steps from anywhere come to the one optimum.
 *
 * @returns the derivatives at the vector reached.
 * @throws NumericalError if the items' vectors are not finite.
 */
export function fitUser(user: Float32Array, batch: Batch, loss: Loss, ridge: number, steps: number): Derivatives {
  const dimension = user.length;
  const rows = batch.biases.length;
  const derivatives = { errors: new Float32Array(rows), curvatures: new Float32Array(rows) };
  const step = new Float64Array(dimension);
  const matrix = new Float64Array(dimension * dimension);
  const mean = new Float64Array(dimension);
  for (let n = 0; n < steps; n++) {
    forward(user, batch, derivatives.errors);
    loss(batch, derivatives);
    userNormalEquations(batch, derivatives, loss === softmax, step, matrix, mean);
    for (let k = 0; k < dimension; k++) {
      step[k]! -= ridge * user[k]!;
      matrix[k * dimension + k]! += ridge;
    }
    solveSpd(matrix, dimension, step);
    const scale = Math.min(1, LONGEST_STEP / Math.hypot(...step));
    for (let k = 0; k < dimension; k++) user[k]! += scale * step[k]!;
  }
  forward(user, batch, derivatives.errors);
  loss(batch, derivatives);
  return derivatives;
}
