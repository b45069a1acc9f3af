import * as z from 'zod';
import { type Contribution, indicator } from '../aggregation/contribution.ts';
import type { Catalogue } from '../catalogue.ts';
import { Model, type TensorSpec } from '../model.ts';
import type { DeviceData, Learner, LearnerDefinition, LearnerState, Release, RoundPlan } from './learner.ts';

const DEFAULTS = Object.freeze({
  /**
   * A history of n distinct items has norm sqrt(n): up to 1,024 items count in full, more than a household buys, and
   * longer ones are scaled down. A power of two, so that counts lie on the round's integer grid and add up exactly.
   */
  clipNorm: 32,
});

const optionsSchema = z.strictObject({
  /** L2 bound of one device's counts. */
  clipNorm: z.number().positive().default(DEFAULTS.clipNorm),
});

type PopularityOptions = z.output<typeof optionsSchema>;

/** Scores each item by how many devices bought it: one round, and the yardstick of every other learner. */
export const popularity: LearnerDefinition<PopularityOptions> = {
  name: 'popularity',
  options: optionsSchema,
  underNoise: { clipNorm: 1 },
  create: (options, catalogue) => new Popularity(options, catalogue),
};

class Popularity implements Learner {
  readonly name = 'popularity';
  readonly personal = [];
  readonly rounds = 1;
  readonly #clipNorm: number;
  readonly #specs: readonly TensorSpec[];

  constructor({ clipNorm }: PopularityOptions, catalogue: Catalogue) {
    this.#clipNorm = clipNorm;
    this.#specs = [{ name: 'item.counts', shape: [catalogue.size] }];
  }

  init(): LearnerState {
    return { round: 0, model: new Model(this.#specs), memory: new Model([]) };
  }

  plan({ round, model }: LearnerState): RoundPlan | undefined {
    if (round > 0) return undefined;
    return { phase: 'count', length: model.length, clipNorm: this.#clipNorm, parameters: {} };
  }

  contribute({ length }: RoundPlan, _model: Model, { history }: DeviceData): Contribution {
    return indicator(history.items, length);
  }

  fold({ round, memory }: LearnerState, _plan: RoundPlan, { sum }: Release): LearnerState {
    return { round: round + 1, model: new Model(this.#specs, Float32Array.from(sum)), memory };
  }

  scores(model: Model): Float32Array {
    return model.tensor('item.counts').slice();
  }
}
