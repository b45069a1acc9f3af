import type { DataSettings } from '../simulate/simulate.ts';
import type { Job } from './job.ts';
import { type Answer, JobProcess, ProcessEndedError, type Request } from './job-process.ts';
import {
  type DataFacts,
  type JobError,
  type JobHooks,
  type JobOutcome,
  type Runner,
  RunnerClosedError,
} from './runner.ts';
import { dataKey } from './workbench.ts';

/** A job whose process dies may have met bad luck; one that kills a second is to blame itself. */
const ATTEMPTS = 2;

interface Task {
  readonly request: Request;
  readonly dataKey: string;
  readonly hooks: Pick<JobHooks, 'started' | 'notice'>;
  attempt: number;
  /** False: settled, or given up. */
  isWanted: boolean;
  /** Undefined: given up. */
  resolve(answer: Answer | undefined): void;
  reject(error: unknown): void;
}

interface Seat {
  readonly process: JobProcess;
  /** Of what the process has loaded last. */
  dataKey?: string;
  task?: Task | undefined;
}

/**
 * Does jobs in processes of this machine, so many at a time. Several use one thread each; a single one has all cores. Of
 * the jobs that wait a process takes the first on the data that it has, or else the first.
 */
export class LocalRunner implements Runner {
  readonly #parallel: number;
  readonly #seats: Seat[] = [];
  #queue: Task[] = [];
  #closed = false;

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  /** The ids of the processes, for tools (and tests) that want to harm them. */
  get pids(): number[] {
    return this.#seats.flatMap(({ process }) => process.pid ?? []);
  }

  async describe(data: DataSettings, notice: (sentence: string) => void): Promise<DataFacts | JobError> {
    try {
      const { signal } = new AbortController();
      const answer = await this.#ask({ type: 'describe', data }, data, { signal, started: () => {}, notice });
      if (answer?.type !== 'described')
        throw new RunnerClosedError('The data were not described: the work was stopped.');
      return answer.found;
    } catch (error) {
      if (error instanceof ProcessEndedError) return { code: error.code, message: error.message };
      throw error;
    }
  }

  async run(job: Job, hooks: JobHooks): Promise<JobOutcome> {
    try {
      const answer = await this.#ask({ type: 'run', job }, job.settings, hooks);
      return answer?.type === 'ended' ? answer.outcome : { status: 'stopped' };
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error;
      return { status: 'failed', error: { code: error.code, message: error.message } };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const tasks = [...this.#queue, ...this.#seats.flatMap(({ task }) => task ?? [])];
    for (const task of tasks) task.resolve(undefined);
    await Promise.all(this.#seats.map(({ process }) => process.kill()));
  }

  #ask(request: Request, data: DataSettings, { signal, ...hooks }: JobHooks): Promise<Answer | undefined> {
    if (this.#closed)
      throw new RunnerClosedError('Work was asked of processes that were ended. Start the command again.');
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise<Answer | undefined>((resolve, reject) => {
      const task: Task = { request, dataKey: dataKey(data), hooks, attempt: 1, isWanted: true, resolve, reject };
      const stop = (): void => this.#stop(task);
      signal.addEventListener('abort', stop);
      const ended =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          signal.removeEventListener('abort', stop);
          task.isWanted = false;
          settle(value);
        };
      task.resolve = ended(resolve);
      task.reject = ended(reject);
      this.#queue.push(task);
      // Once all that is asked for now is in the queue.
      queueMicrotask(() => this.#deal());
    });
  }

  #stop(task: Task): void {
    task.resolve(undefined);
    this.#queue = this.#queue.filter(other => other !== task);
    void this.#seats.find(seat => seat.task === task)?.process.kill();
  }

  /** Gives waiting tasks to processes that have none. */
  #deal(): void {
    while (!this.#closed && this.#queue.length > 0) {
      const seat = this.#freeSeat();
      if (seat === undefined) return;
      const at = this.#queue.findIndex(task => task.dataKey === seat.dataKey);
      const [task] = this.#queue.splice(Math.max(0, at), 1);
      void this.#work(seat, task!);
    }
  }

  /** One that has the data of the first who waits, if there is one. */
  #freeSeat(): Seat | undefined {
    const free = this.#seats.filter(({ task }) => task === undefined);
    const seat = free.find(seat => seat.dataKey === this.#queue[0]!.dataKey) ?? free[0];
    if (seat !== undefined || this.#seats.length >= this.#parallel) return seat;
    const started = { process: new JobProcess(this.#parallel === 1 ? undefined : 0) };
    this.#seats.push(started);
    return started;
  }

  async #work(seat: Seat, task: Task): Promise<void> {
    seat.task = task;
    seat.dataKey = task.dataKey;
    task.hooks.started();
    try {
      task.resolve(await seat.process.ask(task.request, task.hooks.notice));
      seat.task = undefined;
    } catch (error) {
      // The process ended.
      this.#seats.splice(this.#seats.indexOf(seat), 1);
      if (task.isWanted && task.attempt++ < ATTEMPTS) this.#queue.unshift(task);
      else task.reject(error);
    }
    this.#deal();
  }
}
