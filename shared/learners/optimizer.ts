import type { Model, TensorSpec } from '../model.ts';
import { power } from '../power.ts';

/** Where in training a step is. */
export interface StepPosition {
  /** Counted from 0. */
  readonly round: number;
  readonly learningRate: number;
}

/** Moves a model along what devices contributed. */
export interface ServerOptimizer {
  /** What it remembers between steps, for a model of this many numbers; begins as zeros. */
  memory(length: number): readonly TensorSpec[];
  /** The model and memory after one step along the mean contribution; neither input is changed. */
  step(model: Model, memory: Model, mean: Float64Array, at: StepPosition): { model: Model; memory: Model };
}

/** SGD with momentum: velocity <- momentum velocity + mean; model <- model + learningRate velocity. */
export function sgd(momentum: number): ServerOptimizer {
  return {
    memory: length => [{ name: 'velocity', shape: [length] }],
    step(model, memory, mean, { learningRate }) {
      const next = { model: model.clone(), memory: memory.clone() };
      const { values } = next.model;
      const velocity = next.memory.tensor('velocity');
      for (let k = 0; k < values.length; k++) {
        velocity[k] = momentum * velocity[k]! + mean[k]!;
        values[k]! += learningRate * velocity[k]!;
      }
      return next;
    },
  };
}

/**
 * Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1) with the mean contribution for the negative gradient
 * (FedAdam: Reddi et al. 2021, arXiv 2003.00295).
 */
export function adam(beta1: number, beta2: number, epsilon: number): ServerOptimizer {
  return {
    memory: length => [
      { name: 'moment.first', shape: [length] },
      { name: 'moment.second', shape: [length] },
    ],
    step(model, memory, mean, { round, learningRate }) {
      const next = { model: model.clone(), memory: memory.clone() };
      const { values } = next.model;
      const first = next.memory.tensor('moment.first');
      const second = next.memory.tensor('moment.second');
      const firstWeight = 1 - power(beta1, round + 1);
      const secondWeight = 1 - power(beta2, round + 1);
      for (let k = 0; k < values.length; k++) {
        first[k] = beta1 * first[k]! + (1 - beta1) * mean[k]!;
        second[k] = beta2 * second[k]! + (1 - beta2) * mean[k]! ** 2;
        values[k]! += (learningRate * first[k]!) / firstWeight / (Math.sqrt(second[k]! / secondWeight) + epsilon);
      }
      return next;
    },
  };
}
