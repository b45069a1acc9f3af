import type { Catalogue } from '../../shared/catalogue.ts';
import { createLearner } from '../../shared/learners/index.ts';
import type { LearnerState } from '../../shared/learners/learner.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';

const NOTHING_PERSONAL = new Float32Array(0);

/**
 * A learner whose rounds are sums over histories and whose devices keep nothing, on all histories in one place: the same
 * sums in doubles, without bound, grid, messages or cohorts.
 */
export function trainPooledSums(
  name: string,
  options: unknown,
  train: Population,
  catalogue: Catalogue,
  seed: number,
): Scorer {
  const learner = createLearner(name, options, catalogue);
  const random = seededRandom(seed, 'pooled', name);
  let state: LearnerState = learner.init(random);
  for (let plan = learner.plan(state); plan !== undefined; plan = learner.plan(state)) {
    const sum = new Float64Array(plan.length);
    for (let user = 0; user < train.size; user++) {
      const device = { history: train.history(user), personal: NOTHING_PERSONAL };
      const { parts } = learner.contribute(plan, state.model, device, random);
      for (const { offset, width, rows, values } of parts) {
        for (let k = 0; k < values.length; k++) {
          sum[offset + rows[Math.floor(k / width)]! * width + (k % width)]! += values[k]!;
        }
      }
    }
    state = learner.fold(state, plan, { sum, expectedContributions: train.size, noiseDeviation: 0 });
  }
  const { model } = state;
  return user => learner.scores(model, { history: train.history(user), personal: NOTHING_PERSONAL });
}
