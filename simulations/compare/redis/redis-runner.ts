import { Queue, QueueEvents } from 'bullmq';
import { LarderError } from '../../../shared/errors.ts';
import type { DataSettings } from '../../simulate/simulate.ts';
import { type Job, jobId, jobName } from '../job.ts';
import {
  type DataFacts,
  type JobError,
  type JobHooks,
  type JobOutcome,
  type Runner,
  RunnerClosedError,
} from '../runner.ts';
import { RedisError, RedisLink } from './link.ts';
import { type JobMessage, readMessage, unpackOutcome } from './messages.ts';
import { DEATHS, GATHERED_SECONDS, PREFIX, QUEUE_TIMES, type QueueTimes, RESULT_SECONDS, resultKey } from './queue.ts';
import { presentWorkers, workersSentence } from './roster.ts';

/** Redis answers quickly, or is away. */
const LAST_WORDS_MS = 3_000;

export interface RedisRunnerOptions {
  /** The version that is to do the jobs. */
  readonly code: string;
  /** Describes the data, here; the runner closes it. */
  readonly local: Runner;
  /** Something that the person should know, and that stops nothing. */
  readonly notice: (sentence: string) => void;
  readonly times?: QueueTimes;
}

interface Pending {
  readonly job: Job;
  readonly hooks: JobHooks;
  resolve(outcome: JobOutcome): void;
  reject(error: unknown): void;
}

/**
 * Has jobs done by the workers on Redis. It looks at what is there, and acts on that: a job that is not there is put
 * there, a result that is there is taken; so it may be started again, and Redis too, at any time. That it is told of
 * events makes it quick, no more.
 */
export class RedisRunner implements Runner {
  readonly #link: RedisLink;
  readonly #options: RedisRunnerOptions;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #pending = new Map<string, Pending>();
  readonly #looking: NodeJS.Timeout;
  #closing: Promise<void> | undefined;
  #removals: Promise<unknown> = Promise.resolve();
  readonly #told = new Map<string, string>();

  private constructor(link: RedisLink, options: RedisRunnerOptions) {
    const { code, times = QUEUE_TIMES } = options;
    this.#link = link;
    this.#options = options;
    const connection = { connection: link.client, prefix: PREFIX };
    this.#queue = new Queue(code, connection);
    this.#events = new QueueEvents(code, connection);
    const failed = (error: Error): void => {
      // Else Redis is away, which the link has told.
      if (link.client.status === 'ready') this.#tell('queue', error.message);
    };
    this.#queue.on('error', failed);
    this.#events.on('error', failed);
    this.#events.on('active', ({ jobId }) => this.#pending.get(jobId)?.hooks.started());
    this.#events.on('completed', ({ jobId }) => void this.#look(jobId));
    this.#events.on('failed', ({ jobId }) => void this.#look(jobId));
    this.#events.on('delayed', ({ jobId }) => void this.#tellRefusals(jobId));
    this.#looking = setInterval(() => this.#lookAround(), times.lookEveryMs).unref();
    link.lost.addEventListener('abort', () => this.#giveUp(link.lost.reason));
  }

  /** @throws SettingsError, RedisError */
  static async open(url: string, options: RedisRunnerOptions): Promise<RedisRunner> {
    const { notice, times = QUEUE_TIMES } = options;
    const link = await RedisLink.open(url, { name: 'larder-compare', patienceMs: times.patienceMs, notice });
    const runner = new RedisRunner(link, options);
    await link.ready(Promise.all([runner.#queue.waitUntilReady(), runner.#events.waitUntilReady()]));
    return runner;
  }

  describe(data: DataSettings, notice: (sentence: string) => void): Promise<DataFacts | JobError> {
    return this.#options.local.describe(data, notice);
  }

  async run(job: Job, hooks: JobHooks): Promise<JobOutcome> {
    this.#link.lost.throwIfAborted();
    if (this.#closing)
      throw new RunnerClosedError('Work was asked of a runner that was closed. Start the command again.');
    if (hooks.signal.aborted) return { status: 'stopped' };
    const refused = untransportable(job);
    if (refused !== undefined) return { status: 'failed', error: refused };
    const id = jobId(job);
    const stop = (): void => this.#stop(id);
    try {
      return await new Promise<JobOutcome>((resolve, reject) => {
        hooks.signal.addEventListener('abort', stop);
        if (this.#pending.size === 0) void this.#lookForWorkers();
        this.#pending.set(id, { job, hooks, resolve, reject });
        void this.#look(id);
      });
    } finally {
      hooks.signal.removeEventListener('abort', stop);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#looking);
    for (const id of this.#pending.keys()) this.#stop(id);
    const closed = async (): Promise<void> => {
      await this.#removals;
      await Promise.all([this.#events.close(), this.#queue.close()]);
    };
    await atMost(LAST_WORDS_MS, closed());
    this.#link.close();
    await this.#options.local.close();
  }

  #lookAround(): void {
    // What is asked of a Redis that is away would only pile up.
    if (this.#link.client.status !== 'ready' || this.#pending.size === 0) return;
    void this.#lookForWorkers();
    for (const id of this.#pending.keys()) void this.#look(id);
  }

  async #look(id: string): Promise<void> {
    try {
      const outcome = (await this.#result(id)) ?? (await this.#failure(id));
      if (outcome !== undefined) this.#settle(id, outcome);
    } catch (error) {
      if (this.#link.lost.aborted) return;
      const cause = error instanceof LarderError ? error : new RedisError((error as Error).message, { cause: error });
      this.#pending.get(id)?.reject(cause);
      this.#pending.delete(id);
    }
  }

  async #result(id: string): Promise<JobOutcome | undefined> {
    const { client } = this.#link;
    const key = resultKey(this.#options.code, id);
    const bytes = await client.getexBuffer(key, 'EX', GATHERED_SECONDS);
    if (bytes === null) return undefined;
    let outcome: JobOutcome;
    try {
      outcome = unpackOutcome(bytes);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      outcome = { status: 'failed', error: { code: error.code, message: error.message } };
    }
    // The next study is to try it again.
    if (outcome.status === 'failed') this.#remove(client.del(key));
    return outcome;
  }

  /** Of a job without a result: it is put into the queue if it is not there. */
  async #failure(id: string): Promise<JobOutcome | undefined> {
    const state = await this.#queue.getJobState(id);
    if (state === 'unknown') await this.#put(id);
    if (state !== 'failed') return undefined;
    const entry = await this.#queue.getJob(id);
    if (entry === undefined) return undefined;
    this.#remove(this.#queue.remove(id));
    return { status: 'failed', error: errorOf(entry.failedReason) };
  }

  async #put(id: string): Promise<void> {
    const job = this.#pending.get(id)?.job;
    if (job === undefined) return;
    const message: JobMessage = { job, refusals: {}, offers: 0 };
    await this.#queue.add(jobName(job), message, {
      jobId: id,
      // What came of it has a key of its own.
      removeOnComplete: true,
      removeOnFail: { age: RESULT_SECONDS },
    });
  }

  #settle(id: string, outcome: JobOutcome): void {
    this.#pending.get(id)?.resolve(outcome);
    this.#pending.delete(id);
  }

  /** Takes the job back if nobody has begun it; else what comes of it waits for the next start. */
  #stop(id: string): void {
    if (!this.#pending.has(id)) return;
    this.#settle(id, { status: 'stopped' });
    this.#remove(this.#queue.remove(id));
  }

  /** What could not be removed runs out by itself. */
  #remove(removal: Promise<unknown>): void {
    this.#removals = Promise.allSettled([this.#removals, removal]);
  }

  #giveUp(reason: unknown): void {
    for (const pending of this.#pending.values()) pending.reject(reason);
    this.#pending.clear();
  }

  async #lookForWorkers(): Promise<void> {
    try {
      const there = await presentWorkers(this.#link.client);
      this.#tell('workers', workersSentence(there, this.#options.code));
    } catch (error) {
      if (!this.#link.lost.aborted)
        this.#tell('workers', `Redis does not tell who is there: ${(error as Error).message}`);
    }
  }

  /** A worker cannot do it: the person may wish to help. */
  async #tellRefusals(id: string): Promise<void> {
    try {
      const entry = await this.#queue.getJob(id);
      if (entry === undefined) return;
      const { refusals } = readMessage(entry.data, id, this.#options.code);
      for (const [worker, { message }] of Object.entries(refusals)) {
        this.#tell(`${worker} ${message}`, `worker ${worker} leaves jobs to others: ${message}`);
      }
    } catch {
      // What is wrong with the job, its outcome says.
    }
  }

  /** Once, until something else is to be said about the matter. */
  #tell(matter: string, sentence: string): void {
    if (this.#told.get(matter) === sentence) return;
    this.#told.set(matter, sentence);
    this.#options.notice(sentence);
  }
}

/** A trace file is no part of the job: on another machine its path may hold something else. */
function untransportable({ settings: { trace } }: Job): JobError | undefined {
  if (trace === undefined || /^(always|diurnal)(:|$)/.test(trace)) return undefined;
  return { code: 'settings', message: `The trace file ${trace} stays on this machine. Run the study without --redis.` };
}

function errorOf(reason: string | undefined): JobError {
  if (reason?.includes('stalled')) {
    const sentence = `${DEATHS + 1} workers were lost while they did it. If memory was short, start them with a smaller --parallel.`;
    return { code: 'process', message: sentence };
  }
  return { code: 'redis', message: `A worker could not do it: ${reason ?? 'it did not say why'}` };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise(resolve => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
