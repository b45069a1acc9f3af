import type { Model, TensorSpec } from '../model.ts';

/** One step of the model along `direction`, the mean of what devices contributed. Neither input is changed. */
export interface ServerOptimizer {
  /** The shape of what the optimiser remembers between steps; it begins as zeros. */
  memory(length: number): TensorSpec[];
  /** `round` counts from 0. */
  step(model: Model, memory: Model, direction: Float64Array, round: number): { model: Model; memory: Model };
}

/** Heavy-ball momentum: m <- momentum m + direction; model <- model + learningRate m. */
export function sgd(learningRate: number, momentum: number): ServerOptimizer {
  return {
    memory: length => [{ name: 'momentum', shape: [length] }],
    step(model, memory, direction) {
      const next = { model: model.clone(), memory: memory.clone() };
      const { values } = next.model;
      const velocity = next.memory.values;
      for (let k = 0; k < values.length; k++) {
        velocity[k] = momentum * velocity[k]! + direction[k]!;
        values[k]! += learningRate * velocity[k]!;
      }
      return next;
    },
  };
}

/** Adam (Kingma and Ba 2015, arXiv 1412.6980) on the mean contribution: FedAdam (Reddi et al. 2021, arXiv 2003.00295). */
export function adam(learningRate: number, beta1: number, beta2: number, epsilon: number): ServerOptimizer {
  return {
    memory: length => [
      { name: 'moment.first', shape: [length] },
      { name: 'moment.second', shape: [length] },
    ],
    step(model, memory, direction, round) {
      const next = { model: model.clone(), memory: memory.clone() };
      const { values } = next.model;
      const first = next.memory.tensor('moment.first');
      const second = next.memory.tensor('moment.second');
      const correction1 = 1 - beta1 ** (round + 1);
      const correction2 = 1 - beta2 ** (round + 1);
      for (let k = 0; k < values.length; k++) {
        const d = direction[k]!;
        first[k] = beta1 * first[k]! + (1 - beta1) * d;
        second[k] = beta2 * second[k]! + (1 - beta2) * d * d;
        values[k]! += (learningRate * (first[k]! / correction1)) / (Math.sqrt(second[k]! / correction2) + epsilon);
      }
      return next;
    },
  };
}
