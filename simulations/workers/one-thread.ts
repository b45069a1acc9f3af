import { setImmediate } from 'node:timers/promises';
import { Accumulator } from '../../shared/aggregation/accumulator.ts';
import { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import type { Learner } from '../../shared/learners/learner.ts';
import { singleThread } from '../../shared/linear-algebra/numerics.ts';
import type { Model } from '../../shared/model.ts';
import { protectedLength } from '../../shared/privacy/protection.ts';
import { emptyRanks, type Ranks, rankHeldOut } from '../evaluation/evaluate.ts';
import type { Split } from '../evaluation/split.ts';
import { type DeviceTask, VirtualDevices } from '../simulate/virtual-devices.ts';
import type { DevicePool, Trained, TrainHooks } from './device-pool.ts';
import { PORTION } from './portions.ts';

/** How long devices train before the process looks at signals and timers again. */
const YIELD_EVERY_MS = 50;

/** All devices in this thread: for small populations, and for learners that other threads cannot load. */
export class OneThread implements DevicePool {
  readonly numerics = singleThread;
  readonly #devices: VirtualDevices;
  readonly #split: Split;
  readonly #seed: number;
  /** Rounds may be far shorter, so that it is kept from one to the next. */
  #yieldedAtMs = performance.now();

  constructor(learner: Learner, split: Split, seed: number) {
    this.#devices = new VirtualDevices(learner, split.train, split.users, seed);
    this.#split = split;
    this.#seed = seed;
  }

  async train(task: DeviceTask, users: Int32Array, { signal, trained }: TrainHooks): Promise<Trained | undefined> {
    const length = protectedLength(task.plan, task.protection);
    const accumulator = new Accumulator(length);
    try {
      const declined: number[] = [];
      let reason: string | undefined;
      for (let from = 0; from < users.length; from += PORTION) {
        const portion = users.subarray(from, from + PORTION);
        const part = this.#devices.train(task, portion, accumulator);
        trained(portion.length);
        declined.push(...part.declined);
        reason ??= part.reason;
        if (performance.now() - this.#yieldedAtMs < YIELD_EVERY_MS) continue;
        await setImmediate();
        this.#yieldedAtMs = performance.now();
        if (signal.aborted) return undefined;
      }
      const totals = new Float64Array(length);
      accumulator.addTo(totals);
      const sum = new IntegerSum(totals, users.length - declined.length);
      return { sum, clipped: accumulator.clipped, declined, ...(reason !== undefined && { reason }) };
    } finally {
      accumulator.release();
    }
  }

  async rank(model: Model, users = this.#split.evaluated): Promise<Ranks> {
    const ranks = emptyRanks(this.#split, users);
    rankHeldOut(this.#devices.scorer(model), this.#split, this.#seed, ranks, 0, users.length);
    return ranks;
  }

  async close(): Promise<void> {}
}
