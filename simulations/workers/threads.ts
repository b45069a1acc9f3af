import { once } from 'node:events';
import { extname } from 'node:path';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  type WorkerOptions,
} from 'node:worker_threads';
import { IntegerSum } from '../../shared/aggregation/integer-sum.ts';
import { LarderError, NumericalError } from '../../shared/errors.ts';
import type { Learner } from '../../shared/learners/learner.ts';
import { invertSpd } from '../../shared/linear-algebra/invert-spd.ts';
import type { Numerics } from '../../shared/linear-algebra/numerics.ts';
import type { Model } from '../../shared/model.ts';
import { protectedLength } from '../../shared/privacy/protection.ts';
import { SharedIds, sharedColumn } from '../data/shared-columns.ts';
import { emptyRanks, type Ranks } from '../evaluation/evaluate.ts';
import type { Split } from '../evaluation/split.ts';
import { type DeviceTask, personalSlab } from '../simulate/virtual-devices.ts';
import type { DevicePool, Trained, TrainHooks } from './device-pool.ts';
import type { Answer, Job, SharedModel, WireError, WorkerStart } from './messages.ts';
import { SharedPortions } from './portions.ts';
import { ThreadTeam } from './team.ts';

/** How often progress and the abort signal are looked at. */
const LOOK_EVERY_MS = 50;

/** Smaller matrices are inverted in less time than threads take to meet. */
const TOGETHER_FROM_ORDER = 512;

/** For 12,500 items on one core it is minutes. */
const LONGEST_BLOCK_MS = 3_600_000;

/** A worker thread failed in a way that no setting explains. */
export class WorkerFailedError extends LarderError {
  readonly code = 'worker_failed';
}

export interface ThreadsOptions {
  readonly count: number;
  /** One that `createLearner` knows by name, and its options. */
  readonly learner: Learner;
  readonly learnerOptions: object;
  readonly catalogue: Uint8Array;
  readonly split: Split;
  readonly seed: number;
}

/** The devices played by worker threads, which share the histories, the personal states and the model. */
export class Threads implements DevicePool {
  readonly numerics: Numerics = {
    doubles: length => sharedColumn(Float64Array, length),
    invertSpd: (matrix, order) => this.#invertSpd(matrix, order),
  };
  readonly #workers: readonly BlockableWorker[];
  readonly #split: Split;
  #model: { readonly of: Model; readonly shared: SharedModel } | undefined;
  #models = 0;

  private constructor(workers: readonly BlockableWorker[], split: Split) {
    this.#workers = workers;
    this.#split = split;
  }

  static async start({ count, learner, learnerOptions, catalogue, split, seed }: ThreadsOptions): Promise<Threads> {
    const workerData: Omit<WorkerStart, 'blocking'> = {
      learner: { name: learner.name, options: learnerOptions as WorkerStart['learner']['options'] },
      catalogue,
      population: { offsets: split.train.offsets, purchases: split.train.purchases, distinct: split.train.distinct },
      users: SharedIds.of(split.users).columns,
      held: split.held,
      personal: personalSlab(learner, split.train.size),
      seed,
    };
    const workers = Array.from({ length: count }, () => startWorker(workerData));
    const threads = new Threads(workers, split);
    try {
      await threads.#answers();
    } catch (error) {
      await threads.close();
      throw error;
    }
    return threads;
  }

  async train({ model, ...task }: DeviceTask, users: Int32Array, hooks: TrainHooks): Promise<Trained | undefined> {
    const { signal, trained } = hooks;
    const shared = sharedColumn(Int32Array, users.length);
    shared.set(users);
    const totals = sharedColumn(Float64Array, protectedLength(task.plan, task.protection));
    const portions = new SharedPortions(users.length);
    let told = 0;
    const tell = (): void => {
      trained(portions.doneCount - told);
      told = portions.doneCount;
      if (signal.aborted) portions.stop();
    };
    const looking = setInterval(tell, LOOK_EVERY_MS);
    const { plan, protection, round } = task;
    const job = { type: 'train', round, plan, protection, totals, users: shared } as const;
    try {
      const answers = await this.#all({ ...job, portions: portions.cells, model: this.#share(model) });
      tell();
      if (signal.aborted) return undefined;
      const declined = answers.flatMap(answer => answer.declined).sort((a, b) => a - b);
      const reason = answers.find(answer => answer.reason !== undefined)?.reason;
      const sum = new IntegerSum(totals, users.length - declined.length);
      const clipped = answers.reduce((count, answer) => count + answer.clipped, 0);
      return { sum, clipped, declined, ...(reason !== undefined && { reason }) };
    } finally {
      clearInterval(looking);
    }
  }

  async rank(model: Model, users = this.#split.evaluated): Promise<Ranks> {
    const ranks = emptyRanks(this.#split, users);
    const { offsets, full, sampled } = ranks;
    const portions = new SharedPortions(users.length).cells;
    const shared = sharedColumn(Int32Array, users.length);
    shared.set(users);
    await this.#all({
      type: 'rank',
      ranks: { offsets, full, sampled },
      users: shared,
      portions,
      model: this.#share(model),
    });
    return ranks;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }

  #all(job: Job): Promise<readonly Extract<Answer, { type: 'done' }>[]> {
    for (const { worker } of this.#workers) worker.postMessage(job);
    return this.#answers();
  }

  /** One of each worker; what went wrong in one of them is thrown once all have answered. */
  async #answers(): Promise<readonly Extract<Answer, { type: 'done' }>[]> {
    const answers = await Promise.all(this.#workers.map(({ worker }) => answerOf(worker)));
    for (const answer of answers) if (answer.type === 'failed') throw errorOf(answer.error);
    return answers.filter(answer => answer.type === 'done');
  }

  #invertSpd(matrix: Float64Array, order: number): void {
    if (order < TOGETHER_FROM_ORDER || !(matrix.buffer instanceof SharedArrayBuffer)) {
      invertSpd(matrix, order);
      return;
    }
    const size = this.#workers.length;
    const cells = ThreadTeam.cells();
    const answered = sharedColumn(Int32Array, 1);
    for (const [rank, { worker }] of this.#workers.entries()) {
      worker.postMessage({ type: 'invert', matrix, order, team: { rank, size, cells }, answered } satisfies Job);
    }
    for (let count = 0; count < size; count = Atomics.load(answered, 0)) {
      if (Atomics.wait(answered, 0, count, LONGEST_BLOCK_MS) === 'timed-out') {
        throw new WorkerFailedError('Worker threads did not finish a large matrix. Run with --workers 0.');
      }
    }
    const answers = this.#workers.map(({ blocking }) => receiveMessageOnPort(blocking)!.message as Answer);
    for (const answer of answers) if (answer.type === 'failed') throw errorOf(answer.error);
  }

  #share(model: Model): SharedModel {
    if (this.#model?.of !== model) {
      const values = sharedColumn(Float32Array, model.length);
      values.set(model.values);
      this.#model = { of: model, shared: { id: ++this.#models, specs: model.specs, values } };
    }
    return this.#model.shared;
  }
}

interface BlockableWorker {
  readonly worker: Worker;
  readonly blocking: MessagePort;
}

function startWorker(data: Omit<WorkerStart, 'blocking'>): BlockableWorker {
  const { port1, port2 } = new MessageChannel();
  const options = { workerData: { ...data, blocking: port2 } satisfies WorkerStart, transferList: [port2] };
  return { worker: workerOf(options), blocking: port1 };
}

/** From source, what reads TypeScript must be there before the worker's own code, whoever started this process. */
function workerOf(options: WorkerOptions): Worker {
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  if (file.pathname.endsWith('.js')) return new Worker(file, options);
  const [tsx, code] = [import.meta.resolve('tsx/esm/api'), file.href].map(url => JSON.stringify(url));
  const start = `import(${tsx}).then(({ register }) => { register(); return import(${code}); })`;
  return new Worker(start, { ...options, eval: true });
}

async function answerOf(worker: Worker): Promise<Answer> {
  const ended = new AbortController();
  const exited = once(worker, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new WorkerFailedError(
      `A worker thread ended with code ${code}. Run with --workers 0 to see more of the cause.`,
    );
  });
  exited.catch(() => {});
  try {
    const [answer] = await Promise.race([once(worker, 'message', { signal: ended.signal }), exited]);
    return answer as Answer;
  } finally {
    ended.abort();
  }
}

function errorOf({ code, message, stack }: WireError): Error {
  if (code === 'numerical') return new NumericalError(message);
  return new WorkerFailedError(`A worker thread failed: ${stack ?? message}\nRun with --workers 0, and report it.`);
}
