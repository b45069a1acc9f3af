import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LarderError } from '../../shared/errors.ts';
import type { DataSettings } from '../simulate/simulate.ts';
import type { Job } from './job.ts';
import type { DataFacts, JobError, JobOutcome } from './runner.ts';

export type Request =
  | { readonly type: 'describe'; readonly data: DataSettings }
  | { readonly type: 'run'; readonly job: Job };

export type Answer =
  | { readonly type: 'notice'; readonly sentence: string }
  | { readonly type: 'described'; readonly found: DataFacts | JobError }
  | { readonly type: 'ended'; readonly outcome: JobOutcome };

/** A process that did a job is gone: killed, out of memory, or a bug. */
export class ProcessEndedError extends LarderError {
  readonly code = 'process';
}

const KEPT_STDERR_CHARACTERS = 10_000;

/** A child process that does jobs one at a time. It ends with this process, however that ends. */
export class JobProcess {
  readonly #child: ChildProcess;
  #stderr = '';
  #waiting:
    | { notice(sentence: string): void; resolve(answer: Answer): void; reject(error: ProcessEndedError): void }
    | undefined;
  #ended: string | undefined;

  constructor(threads: number | undefined) {
    const extension = extname(import.meta.url);
    const entry = fileURLToPath(new URL(`./job-child${extension}`, import.meta.url));
    this.#child = fork(entry, threads === undefined ? [] : [String(threads)], {
      execArgv: extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.#child.on('message', (answer: Answer) => this.#take(answer));
    this.#child.on('error', error => this.#end(error.message));
    this.#child.on('close', (code, signal) => this.#end(signal ?? `exit status ${code}`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** One request at a time. @throws ProcessEndedError if the process ends before it has answered. */
  ask(request: Request, notice: (sentence: string) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { notice, resolve, reject };
      if (this.#ended === undefined) this.#child.send(request, error => error && this.#end(error.message));
      else this.#end(this.#ended);
    });
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }

  #take(answer: Answer): void {
    if (answer.type === 'notice') {
      this.#waiting?.notice(answer.sentence);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }

  #end(how: string): void {
    this.#ended ??= how;
    const memory = /heap out of memory/.test(this.#stderr);
    const why = memory ? 'it ran out of memory' : this.#ended;
    this.#waiting?.reject(
      new ProcessEndedError(
        `The process that did it ended (${why}). If memory was short, do fewer at a time with --parallel.`,
      ),
    );
    this.#waiting = undefined;
  }
}
