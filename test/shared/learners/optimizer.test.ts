import { describe, expect, it } from 'vitest';
import { adam, type ServerOptimizer, sgd } from '../../../shared/learners/optimizer.ts';
import { Model } from '../../../shared/model.ts';

const MEANS = [Float64Array.of(Math.PI, -1e-7), Float64Array.of(-Math.E, 3e-7), Float64Array.of(Math.SQRT2, 0)];

/** The model after the steps, beginning at (1, -2). */
function run(optimizer: ServerOptimizer, learningRate: number): Float32Array {
  let model = new Model([{ name: 'w', shape: [2] }], Float32Array.of(1, -2));
  let memory = new Model(optimizer.memory(2));
  for (const [round, mean] of MEANS.entries()) {
    const before = { model: model.clone(), memory: memory.clone() };
    const after = optimizer.step(model, memory, mean, { round, learningRate });
    expect({ model, memory }).toEqual(before);
    ({ model, memory } = after);
  }
  return model.values;
}

describe('server optimisers', () => {
  it('sgd adds each mean with geometric weights', () => {
    const [rate, momentum] = [0.3, 0.7];
    const values = run(sgd(momentum), rate);
    for (const k of [0, 1]) {
      // The mean of step s counts once in each of the steps from s on, lessened by momentum each time.
      const weight = (s: number) => (1 - momentum ** (MEANS.length - s)) / (1 - momentum);
      const moved = MEANS.reduce((sum, mean, s) => sum + rate * weight(s) * mean[k]!, 0);
      expect(values[k]).toBeCloseTo([1, -2][k]! + moved, 5);
    }
  });

  it('adam is the weighted means of the paper, written out without recursion', () => {
    const [rate, beta1, beta2, epsilon] = [0.01, 0.8, 0.95, 1e-6];
    const values = run(adam(beta1, beta2, epsilon), rate);
    for (const k of [0, 1]) {
      let expected = [1, -2][k]!;
      for (let last = 0; last < MEANS.length; last++) {
        const seen = MEANS.slice(0, last + 1).map(mean => mean[k]!);
        const average = (beta: number, of: (mean: number) => number) => {
          const weights = seen.map((_, s) => beta ** (last - s));
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          return seen.reduce((sum, mean, s) => sum + weights[s]! * of(mean), 0) / total;
        };
        const first = average(beta1, mean => mean);
        const second = average(beta2, mean => mean ** 2);
        expected += (rate * first) / (Math.sqrt(second) + epsilon);
      }
      expect(values[k]).toBeCloseTo(expected, 6);
    }
  });
});
