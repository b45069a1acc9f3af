import type { Task } from '../../server/fleet.ts';
import type { IntegerContribution } from '../../shared/aggregation/contribution.ts';
import type { DeviceData, Learner } from '../../shared/learners/learner.ts';
import { elementCount, type Model } from '../../shared/model.ts';
import { protect } from '../../shared/privacy/protection.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import type { Population } from '../data/population.ts';
import type { HistoryScorer, Scorer } from '../evaluation/scorer.ts';

/**
 * A population of devices in one process. A device exists only while it trains: its history is a view into the
 * population's columns, its personal state a row of one slab.
 */
export class VirtualDevices {
  readonly #learner: Learner;
  readonly #population: Population;
  readonly #users: readonly string[];
  readonly #seed: number;
  readonly #personalLength: number;
  readonly #personal: Float32Array;

  /** `users[u]` is the id of the device whose history is `population.history(u)`. */
  constructor(learner: Learner, population: Population, users: readonly string[], seed: number) {
    this.#learner = learner;
    this.#population = population;
    this.#users = users;
    this.#seed = seed;
    this.#personalLength = learner.personal.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    this.#personal = new Float32Array(population.size * this.#personalLength);
  }

  /** What a real device does with a task, but for sending it: train, clip, put on the grid. */
  contribute(user: number, { round, plan, protection, published }: Task): IntegerContribution {
    const random = deviceRandom(this.#seed, round, this.#users[user]!, 'contribute');
    const contribution = this.#learner.contribute(plan, published.model, this.#device(user), random);
    // The coordinator draws the noise of local trust once for all of them.
    return protect(contribution, plan, { ...protection, noiseSteps: 0 }, random);
  }

  /** Overwrites a device's personal state, with what a real device kept of it. */
  setPersonal(user: number, personal: Float32Array): void {
    this.#personal.set(personal, user * this.#personalLength);
  }

  /** Scores as the device would before it recommends: personal state fitted to the model, and kept out of the slab. */
  scorer(model: Model): Scorer {
    return user => {
      const { history, personal } = this.#device(user);
      return this.#scores(model, user, { history, personal: personal.slice() });
    };
  }

  /** Scores as a device would that was set up with this history after training: its personal state begins as zeros. */
  newcomerScorer(model: Model): HistoryScorer {
    return (user, history) => this.#scores(model, user, { history, personal: new Float32Array(this.#personalLength) });
  }

  #scores(model: Model, user: number, device: DeviceData): Float32Array {
    this.#learner.personalise?.(model, device, deviceRandom(this.#seed, 0, this.#users[user]!, 'personalise'));
    return this.#learner.scores(model, device);
  }

  #device(user: number): DeviceData {
    const start = user * this.#personalLength;
    return {
      history: this.#population.history(user),
      personal: this.#personal.subarray(start, start + this.#personalLength),
    };
  }
}
