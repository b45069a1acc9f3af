import type { Catalogue } from '../../shared/catalogue.ts';
import { NumericalError } from '../../shared/errors.ts';
import { mf } from '../../shared/learners/mf/mf.ts';
import type { MfOptions } from '../../shared/learners/mf/options.ts';
import { gridStep } from '../../shared/privacy/bound.ts';
import { CLIPPED } from '../../shared/privacy/protection.ts';
import { shuffle } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Population } from '../data/population.ts';
import { sharedColumn } from '../data/shared-columns.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { Split } from '../evaluation/split.ts';
import { VirtualDevices } from '../simulate/virtual-devices.ts';
import { openPool } from '../workers/open-pool.ts';

const SCHEDULE = Object.freeze({ epochs: 20, batches: 4 });

/** Ten times the largest gradient seen, so that nothing is clipped whatever the options say; its grid has steps of 10^-6. */
const CLIP_NORM = 1024;

/**
 * Matrix factorisation as one trains it with all purchases in one place: the same loss by mini-batches of users in random
 * order, items moving after each batch, gradients not bounded. `workers` threads compute them.
 */
export async function trainPooledMf(
  options: MfOptions,
  train: Population,
  catalogue: Catalogue,
  seed: number,
  workers: number,
): Promise<Scorer> {
  const random = seededRandom(seed, 'pooled', 'mf');
  const learnerOptions = { ...options, rounds: SCHEDULE.epochs * SCHEDULE.batches };
  const learner = mf.create(learnerOptions, catalogue);
  const users = { length: train.size, at: (user: number) => `pooled ${user}` };
  const nothingHeld = { heldOut: sharedColumn(Int32Array, 0), offsets: sharedColumn(Int32Array, train.size + 1) };
  const split = new Split(train, users, catalogue.size, nothingHeld);
  const pool = await openPool({ count: workers, learner, learnerOptions, catalogue: catalogue.encode(), split, seed });
  try {
    const hooks = { signal: new AbortController().signal, trained: () => {} };
    const order = Int32Array.from({ length: train.size }, (_, user) => user);
    let state = learner.init(random);
    for (let round = 0; round < learner.rounds; round++) {
      const batch = round % SCHEDULE.batches;
      if (batch === 0) shuffle(order, random);
      const plan = learner.plan(state)!;
      const some = order.filter((_, at) => at % SCHEDULE.batches === batch);
      const task = { round, plan: { ...plan, clipNorm: CLIP_NORM }, protection: CLIPPED, model: state.model };
      const { sum, reason } = (await pool.train(task, some, hooks))!;
      if (reason !== undefined) throw new NumericalError(reason);
      const release = { sum: sum.dequantise(gridStep(CLIP_NORM)), noiseDeviation: 0 };
      state = learner.fold(state, plan, { ...release, expectedContributions: Math.max(1, some.length) });
    }
    return new VirtualDevices(learner, train, users, seed).scorer(state.model);
  } finally {
    await pool.close();
  }
}
