import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { DelayedError, type Job as Entry, WaitingError, Worker } from 'bullmq';
import { type Job, jobName } from '../job.ts';
import type { JobError, Runner } from '../runner.ts';
import { RedisLink } from './link.ts';
import { type Finished, type JobMessage, packOutcome, readMessage } from './messages.ts';
import { DEATHS, OFFERS, PREFIX, QUEUE_TIMES, type QueueTimes, RESULT_SECONDS, resultKey } from './queue.ts';
import { connectionName, presentWorkers } from './roster.ts';

export interface RedisWorkerOptions {
  /** The version whose jobs it takes. */
  readonly code: string;
  /** Does the jobs, `parallel` of them at a time; the worker closes it. */
  readonly runner: Runner;
  readonly parallel: number;
  /** Run learners of files too: that is, code that a job names. */
  readonly allowLearnerFiles: boolean;
  /** What it does, job by job. */
  readonly say: (sentence: string) => void;
  readonly times?: QueueTimes;
}

export interface WorkerCounts {
  readonly done: number;
  readonly failed: number;
  /** Jobs that were left to others, each as often as it was offered. */
  readonly refused: number;
}

/**
 * Takes jobs of its code version out of Redis and leaves what came of them there. While it works it keeps a lock on the
 * job; when it dies the lock runs out, and another takes the job.
 */
export class RedisWorker {
  /** Of this process: started again, it is another worker. */
  readonly id: string;
  readonly #link: RedisLink;
  readonly #options: RedisWorkerOptions;
  readonly #times: QueueTimes;
  readonly #worker: Worker<unknown, void>;
  readonly #counts = { done: 0, failed: 0, refused: 0 };

  private constructor(id: string, link: RedisLink, options: RedisWorkerOptions) {
    const { code, parallel, say, times = QUEUE_TIMES } = options;
    this.id = id;
    this.#link = link;
    this.#options = options;
    this.#times = times;
    this.#worker = new Worker<unknown, void>(code, (entry, token) => this.#take(entry, token!), {
      connection: link.client,
      prefix: PREFIX,
      concurrency: parallel,
      lockDuration: times.lockMs,
      stalledInterval: times.stalledEveryMs,
      maxStalledCount: DEATHS,
      runRetryDelay: times.lookEveryMs,
    });
    this.#worker.on('stalled', entry => say(`job ${entry.slice(0, 8)} has lost its worker, and is offered again`));
    this.#worker.on('error', error => {
      // Else Redis is away, which the link has told.
      if (link.client.status === 'ready') say(error.message);
    });
  }

  /** Begins to take jobs. @throws SettingsError, RedisError */
  static async open(url: string, options: RedisWorkerOptions): Promise<RedisWorker> {
    const { code, say, times = QUEUE_TIMES } = options;
    const id = workerId();
    const name = connectionName({ code, id });
    const link = await RedisLink.open(url, { name, patienceMs: times.patienceMs, notice: say });
    const worker = new RedisWorker(id, link, options);
    try {
      await link.ready(worker.#worker.waitUntilReady());
    } catch (error) {
      await worker.#worker.close(true);
      throw error;
    }
    return worker;
  }

  /**
   * Resolves some time after the signal: it takes no more jobs then, and finishes those that it has.
   *
   * @throws RedisError when Redis is given up.
   */
  async work(signal: AbortSignal): Promise<WorkerCounts> {
    const { lost } = this.#link;
    const given = new Promise<never>((_, reject) => {
      lost.addEventListener('abort', () => reject(lost.reason));
    });
    try {
      await Promise.race([given, aborted(signal)]);
      this.#options.say('taking no more jobs; those at hand are finished');
      await Promise.race([given, this.#worker.close()]);
      return this.#counts;
    } finally {
      this.#link.close();
      await Promise.allSettled([this.#worker.close(true), this.#options.runner.close()]);
    }
  }

  async #take(entry: Entry<unknown, void>, token: string): Promise<void> {
    const { code, runner, say } = this.#options;
    const message = readMessage(entry.data, entry.id, code);
    const { job } = message;
    const name = jobName(job);
    const key = resultKey(code, entry.id!);
    // It was done before, by somebody who could not say so any more.
    if ((await this.#link.client.exists(key)) === 1) return;
    const known = message.refusals[this.id] ?? this.#refusal(job);
    if (known !== undefined) return this.#refuse(entry, token, message, known);
    say(`${name} begins`);
    const { signal } = new AbortController();
    const outcome = await runner.run(job, { signal, started: () => {}, notice: say });
    if (outcome.status === 'stopped') {
      await entry.moveToWait(token);
      throw new WaitingError();
    }
    // The data are those of the study somewhere, or it would not have been planned.
    if (outcome.status === 'failed' && outcome.error.code === 'data') {
      return this.#refuse(entry, token, message, outcome.error);
    }
    await this.#finish(entry, outcome);
    say(outcome.status === 'done' ? `${name} is done` : `${name} failed: ${outcome.error.message}`);
  }

  async #finish({ id }: Entry, outcome: Finished): Promise<void> {
    await this.#link.client.set(resultKey(this.#options.code, id!), packOutcome(outcome), 'EX', RESULT_SECONDS);
    this.#counts[outcome.status]++;
  }

  #refusal({ settings }: Job): JobError | undefined {
    if (settings.learnerFile === undefined || this.#options.allowLearnerFiles) return undefined;
    const message = `It needs the learner file ${settings.learnerFile.path}, which workers run only when started with --allow-learner-files.`;
    return { code: 'settings', message };
  }

  /** Leaves the job to others; fails it once it was offered often, and all who are there have refused. */
  async #refuse(entry: Entry, token: string, message: JobMessage, error: JobError): Promise<void> {
    const { code, say } = this.#options;
    if (message.refusals[this.id] === undefined) say(`${jobName(message.job)} is left to others: ${error.message}`);
    this.#counts.refused++;
    const refusals = { ...message.refusals, [this.id]: error };
    const offers = message.offers + 1;
    const present = (await presentWorkers(this.#link.client)).filter(worker => worker.code === code);
    if (offers >= OFFERS && present.every(worker => refusals[worker.id] !== undefined)) {
      const reasons = new Set(Object.values(refusals).map(({ message }) => message));
      const sentence = `None of the workers that are there can do it. ${Array.from(reasons).join(' ')}`;
      await this.#finish(entry, { status: 'failed', error: { code: error.code, message: sentence } });
      return;
    }
    await entry.updateData({ ...message, refusals, offers } satisfies JobMessage);
    await entry.moveToDelayed(Date.now() + this.#times.refusedForMs, token);
    throw new DelayedError();
  }
}

function workerId(): string {
  return `${hostname()}.${process.pid}.${randomBytes(2).toString('hex')}`.replaceAll(/[^\w.-]/g, '-');
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
