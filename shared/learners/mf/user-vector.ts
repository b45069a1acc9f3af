import { NumericalError } from '../../errors.ts';
import type { Heap } from '../../kernels/heap.ts';
import type { ItemShape, ItemTable } from './resident.ts';
import type { Places } from './workspace.ts';

export type Loss = 'bce' | 'softmax';

/** The loss of one device as a function of its user vector: see MfNewtonKernels. */
export interface UserProblem {
  readonly shape: ItemShape;
  readonly table: ItemTable;
  readonly places: Places;
  readonly loss: Loss;
  readonly count: number;
  readonly bought: number;
  readonly negativeWeight: number;
}

/** A Newton step moves a user vector at most this far: from far away the quadratic model overshoots. */
const LONGEST_STEP = 3;

/**
 * Moves the user vector by Newton steps on the loss plus ridge / 2 times its squared norm: no step size to choose. The
 * problem is convex for fixed items, so a few steps from anywhere come to the one optimum.
 *
 * @throws NumericalError if the items' vectors are not finite.
 */
export function fitUser(heap: Heap, problem: UserProblem, ridge: number, steps: number): void {
  const { kernels } = heap;
  const { shape, table, places, count } = problem;
  const { dimension, stride } = shape;
  const { vectors } = table;
  const { rows, user, errors, curvatures, gradient, mean, matrix, step } = places;
  for (let n = 0; n < steps; n++) {
    const total = derive(heap, problem);
    heap.float32(gradient, 2 * stride).fill(0);
    heap.float64(matrix, stride ** 2).fill(0);
    kernels.addWeightedRows(vectors, stride, rows, errors, count, gradient);
    kernels.weightedGram(vectors, stride, rows, count, curvatures, matrix);
    if (total > 0) {
      kernels.addWeightedRows(vectors, stride, rows, curvatures, count, mean);
      kernels.centre(matrix, stride, mean, total);
    }
    if (kernels.newtonStep(user, dimension, stride, gradient, matrix, ridge, LONGEST_STEP, step) === 0) {
      throw new NumericalError('The items have no usable vectors. Lower the server learning rate.');
    }
  }
}

/**
 * Fills errors and curvatures with the derivatives of the loss at the user vector.
 *
 * @returns the sum of the curvatures where they are to be taken from the mean, else 0.
 */
export function derive({ kernels }: Heap, problem: UserProblem): number {
  const { shape, table, places, loss, count, bought, negativeWeight } = problem;
  const { rows, weights, user, errors, curvatures } = places;
  kernels.scoreRows(table.vectors, shape.stride, table.biases, rows, count, user, errors);
  if (loss === 'softmax') {
    return kernels.softmaxDerivatives(count, weights, bought, negativeWeight, errors, curvatures);
  }
  kernels.bceDerivatives(count, weights, bought, negativeWeight, errors, curvatures);
  return 0;
}
