import type { Catalogue } from '../../shared/catalogue.ts';
import { mf } from '../../shared/learners/mf/mf.ts';
import type { MfOptions } from '../../shared/learners/mf/options.ts';
import { shuffle } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

const SCHEDULE = Object.freeze({ epochs: 20, batches: 4 });

/**
 * Matrix factorisation as one trains it with all purchases in one place: the same loss by mini-batches of users in random
 * order, items moving after each batch, gradients neither bounded nor put on a grid.
 */
export function trainPooledMf(options: MfOptions, train: Population, catalogue: Catalogue, seed: number): Scorer {
  const random = seededRandom(seed, 'pooled', 'mf');
  const learner = mf.create({ ...options, rounds: SCHEDULE.epochs * SCHEDULE.batches }, catalogue);
  const personal = Array.from({ length: train.size }, () => new Float32Array(options.dimension));
  const order = Int32Array.from(personal.keys());
  let state = learner.init(random);
  for (let epoch = 0; epoch < SCHEDULE.epochs; epoch++) {
    shuffle(order, random);
    for (let batch = 0; batch < SCHEDULE.batches; batch++) {
      const plan = learner.plan(state)!;
      const sum = new Float64Array(plan.length);
      const users = order.filter((_, at) => at % SCHEDULE.batches === batch);
      for (const user of users) {
        const device = { history: train.history(user), personal: personal[user]! };
        const { parts } = learner.contribute(plan, state.model, device, random);
        for (const { offset, width, rows, values } of parts) {
          for (let r = 0; r < rows.length; r++) {
            const from = offset + rows[r]! * width;
            for (let k = 0; k < width; k++) sum[from + k]! += values[r * width + k]!;
          }
        }
      }
      state = learner.fold(state, plan, { sum, expectedContributions: Math.max(1, users.length), noiseDeviation: 0 });
    }
  }
  const { model } = state;
  return user => {
    const device = { history: train.history(user), personal: personal[user]!.slice() };
    learner.personalise!(model, device, seededRandom(seed, 'pooled', 'mf', 'personalise', user));
    return learner.scores(model, device);
  };
}
