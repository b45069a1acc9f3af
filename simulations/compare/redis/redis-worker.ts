import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { DelayedError, type Job as Entry, WaitingError, Worker } from 'bullmq';
import { type Job, jobName } from '../job.ts';
import type { JobError, JobOutcome, Runner } from '../runner.ts';
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
  /** By id of the job. */
  readonly #working = new Map<string, Promise<JobOutcome>>();
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
      if (link.client.status === 'ready' && !isOfEntry(error)) say(error.message);
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
    const { code } = this.#options;
    const message = readMessage(entry.data, entry.id, code);
    const { job } = message;
    // It was done before, by somebody who could not say so any more.
    if ((await this.#link.client.exists(resultKey(code, entry.id!))) === 1) return;
    const known = message.refusals[this.id] ?? this.#refusal(job);
    if (known !== undefined) return this.#refuse(entry, token, message, known);
    const outcome = await this.#once(job, entry.id!);
    if (outcome.status === 'stopped') {
      await entry.moveToWait(token);
      throw new WaitingError();
    }
    const lack = lackOfData(outcome);
    if (lack !== undefined) return this.#refuse(entry, token, message, lack);
  }

  /** A job that is offered anew while it is done here, since its lock or all of Redis was lost, is not begun again. */
  #once(job: Job, id: string): Promise<JobOutcome> {
    const working = this.#working.get(id) ?? this.#do(job, id).finally(() => this.#working.delete(id));
    this.#working.set(id, working);
    return working;
  }

  async #do(job: Job, id: string): Promise<JobOutcome> {
    const { runner, say } = this.#options;
    const name = jobName(job);
    say(`${name} begins`);
    const { signal } = new AbortController();
    const outcome = await runner.run(job, { signal, started: () => {}, notice: say });
    if (outcome.status === 'stopped' || lackOfData(outcome) !== undefined) return outcome;
    await this.#keep(id, outcome);
    say(outcome.status === 'done' ? `${name} is done` : `${name} failed: ${outcome.error.message}`);
    return outcome;
  }

  /** Where several did it, because the first was thought dead, a failure does not replace what another found. */
  async #keep(id: string, outcome: Finished): Promise<void> {
    const key = resultKey(this.#options.code, id);
    const bytes = packOutcome(outcome);
    if (outcome.status === 'done') await this.#link.client.set(key, bytes, 'EX', RESULT_SECONDS);
    else await this.#link.client.set(key, bytes, 'EX', RESULT_SECONDS, 'NX');
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
      await this.#keep(entry.id!, { status: 'failed', error: { code: error.code, message: sentence } });
      return;
    }
    await entry.updateData({ ...message, refusals, offers } satisfies JobMessage);
    await entry.moveToDelayed(Date.now() + this.#times.refusedForMs, token);
    throw new DelayedError();
  }
}

/** The data are those of the study somewhere, or it would not have been planned. */
function lackOfData(outcome: JobOutcome): JobError | undefined {
  return outcome.status === 'failed' && outcome.error.code === 'data' ? outcome.error : undefined;
}

/** The queue's entry of a job was lost or went to another worker: what came of the job is kept all the same. */
function isOfEntry(error: Error & { readonly code?: unknown }): boolean {
  return typeof error.code === 'number' || error.message.startsWith('could not renew lock');
}

function workerId(): string {
  return `${hostname()}.${process.pid}.${randomBytes(2).toString('hex')}`.replaceAll(/[^\w.-]/g, '-');
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
