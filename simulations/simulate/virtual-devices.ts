import type { Accumulator } from '../../shared/aggregation/accumulator.ts';
import { NumericalError } from '../../shared/errors.ts';
import type { DeviceData, Learner, RoundPlan } from '../../shared/learners/learner.ts';
import { elementCount, type Model } from '../../shared/model.ts';
import type { Protection } from '../../shared/privacy/protection.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import type { Population } from '../data/population.ts';
import { type Ids, sharedColumn } from '../data/shared-columns.ts';
import type { HistoryScorer, Scorer } from '../evaluation/scorer.ts';

/** What a device needs of a round's task. */
export interface DeviceTask {
  readonly round: number;
  readonly plan: RoundPlan;
  readonly protection: Protection;
  readonly model: Model;
}

/** Personal states of all devices, one behind the other, for all threads to see. */
export function personalSlab({ personal }: Learner, devices: number): Float32Array {
  return sharedColumn(Float32Array, devices * personalLength(personal));
}

/**
 * A population of devices in one thread. A device exists only while it trains: its history is a view into the
 * population's columns, its personal state a row of one slab.
 */
export class VirtualDevices {
  readonly #learner: Learner;
  readonly #population: Population;
  readonly #users: Ids;
  readonly #seed: number;
  readonly #personalLength: number;
  readonly #personal: Float32Array;

  /** `users.at(u)` is the id of the device whose history is `population.history(u)`. */
  constructor(
    learner: Learner,
    population: Population,
    users: Ids,
    seed: number,
    personal = personalSlab(learner, population.size),
  ) {
    this.#learner = learner;
    this.#population = population;
    this.#users = users;
    this.#seed = seed;
    this.#personalLength = personalLength(learner.personal);
    this.#personal = personal;
  }

  /**
   * What real devices do with a task, but for sending it, one after another: train, clip, put on the grid, add up. Noise
   * of local trust is left out: the coordinator draws it once for all of them.
   */
  train(task: DeviceTask, users: Int32Array, sum: Accumulator): Declined {
    const declined: number[] = [];
    let reason: string | undefined;
    for (const user of users) {
      try {
        this.#trainOne(task, user, sum);
      } catch (error) {
        if (!(error instanceof NumericalError)) throw error;
        declined.push(user);
        reason ??= error.message;
      }
    }
    return { declined, ...(reason !== undefined && { reason }) };
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

  #trainOne({ round, plan, protection, model }: DeviceTask, user: number, sum: Accumulator): void {
    const random = deviceRandom(this.#seed, round, this.#users.at(user)!, 'contribute');
    sum.add(this.#learner.contribute(plan, model, this.#device(user), random), plan, protection);
  }

  #scores(model: Model, user: number, device: DeviceData): Float32Array {
    this.#learner.personalise?.(model, device, deviceRandom(this.#seed, 0, this.#users.at(user)!, 'personalise'));
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

/** Users whose numbers stopped being finite, and what the first of them said. */
export interface Declined {
  readonly declined: readonly number[];
  readonly reason?: string;
}

function personalLength(specs: Learner['personal']): number {
  return specs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
