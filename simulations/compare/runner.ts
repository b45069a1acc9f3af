import { LarderError } from '../../shared/errors.ts';
import type { ContentHash } from '../../shared/hash.ts';
import type { DataSettings } from '../simulate/simulate.ts';
import type { Job } from './job.ts';
import type { JobFiles } from './run-job.ts';

/** Work was asked of a runner that was closed. */
export class RunnerClosedError extends LarderError {
  readonly code = 'runner_closed';
}

/** Does jobs somewhere: in processes of this machine, or on others. */
export interface Runner {
  /** Loads the data once, so that jobs can be planned. Rejects only where the runner itself is broken, or closed. */
  describe(data: DataSettings, notice: (sentence: string) => void): Promise<DataFacts | JobError>;
  /**
   * Does a job, or waits until it can be done: all that are pending may be asked for at once, and begin about in the order
   * of asking. Rejects only where the runner itself is broken, or closed: a job that fails says so in its outcome.
   */
  run(job: Job, hooks: JobHooks): Promise<JobOutcome>;
  /** Ends whatever still runs, and all waiting. */
  close(): Promise<void>;
}

export interface DataFacts {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** Distinct (user, item) pairs. */
  readonly interactions: number;
  readonly hash: ContentHash;
}

export interface JobHooks {
  /** Aborting it ends the job, wherever it is: its outcome is `stopped`. */
  readonly signal: AbortSignal;
  /** Somebody works on it now; once more where it had to begin anew. */
  started(): void;
  /** Something that the person should know, and that stops nothing. */
  notice(sentence: string): void;
}

/** `stopped`: nothing is wrong with the job, it was not finished. A job whose process was lost has no timing. */
export type JobOutcome =
  | { readonly status: 'done'; readonly files: JobFiles; readonly timing: JobTiming }
  | { readonly status: 'failed'; readonly error: JobError; readonly timing?: JobTiming }
  | { readonly status: 'stopped' };

export interface JobError {
  /** Of a LarderError; `internal` for a bug, `process` where the process that did it ended. */
  readonly code: string;
  readonly message: string;
}

export interface JobTiming {
  /** From the beginning of the work to its end; loading the data is not counted. */
  readonly seconds: number;
  /** Time that all cores together spent. */
  readonly cpuSeconds: number;
  /** The most memory that the process ever held. */
  readonly maxRssBytes: number;
  readonly host: string;
  /** Node's version. */
  readonly node: string;
}
