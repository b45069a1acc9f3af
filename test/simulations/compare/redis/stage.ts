import { onTestFinished } from 'vitest';
import { type Job, jobId } from '../../../../simulations/compare/job.ts';
import { QUEUE_TIMES, type QueueTimes } from '../../../../simulations/compare/redis/queue.ts';
import { RedisRunner } from '../../../../simulations/compare/redis/redis-runner.ts';
import { RedisWorker, type RedisWorkerOptions } from '../../../../simulations/compare/redis/redis-worker.ts';
import type { JobHooks, JobOutcome, Runner } from '../../../../simulations/compare/runner.ts';
import { type SimulateOptions, simulateSettings } from '../../../../simulations/simulate/settings.ts';
import { codeVersion } from '../../../../simulations/version.ts';

export const CODE = codeVersion();
export const HASH = 'd'.repeat(64);

/** Locks are as long as in earnest, so that a slow test machine does not lose them. */
export const QUICK: QueueTimes = { ...QUEUE_TIMES, stalledEveryMs: 50, lookEveryMs: 100, refusedForMs: 10 };

export function jobOf(options: SimulateOptions = {}, rest: Partial<Pick<Job, 'dataHash' | 'code'>> = {}): Job {
  const settings = simulateSettings({ data: 'synthetic:users=60,items=40', learner: 'popularity', ...options });
  return { kind: 'run', settings, measures: [], dataHash: HASH, code: CODE, ...rest };
}

/** One for each of the seeds 1, 2, … */
export function jobsOf(count: number): Job[] {
  return Array.from({ length: count }, (_, n) => jobOf({ seed: n + 1 }));
}

export const TIMING = { seconds: 1.5, cpuSeconds: 1.25, maxRssBytes: 1e8, host: 'far', node: 'v20.20.2' };

/** A result that tells its job. */
export function resultOf(job: Job): JobOutcome {
  const files = {
    'config.json': jobId(job),
    'result.json': '{}',
    'rounds.jsonl': '',
    'users.csv': 'Ä\n'.repeat(1000),
  };
  return { status: 'done', files, timing: TIMING };
}

/** Does jobs as the test says, and keeps count of them. */
export class ScriptedRunner implements Runner {
  readonly ran: number[] = [];
  readonly #act: (job: Job) => JobOutcome | Promise<JobOutcome>;
  #stop: (outcome: JobOutcome) => void = () => {};
  readonly #stopped = new Promise<JobOutcome>(resolve => {
    this.#stop = resolve;
  });

  constructor(act: (job: Job) => JobOutcome | Promise<JobOutcome> = resultOf) {
    this.#act = act;
  }

  describe(): never {
    throw new Error('not asked here');
  }

  run(job: Job): Promise<JobOutcome> {
    this.ran.push(job.settings.seed);
    return Promise.race([this.#stopped, this.#act(job)]);
  }

  async close(): Promise<void> {
    this.#stop({ status: 'stopped' });
  }
}

export interface Said {
  readonly sentences: string[];
  readonly say: (sentence: string) => void;
  /** Resolves when such a sentence was said. */
  until(pattern: RegExp): Promise<void>;
}

export function listener(): Said {
  const sentences: string[] = [];
  let heard = (): void => {};
  return {
    sentences,
    say: sentence => {
      sentences.push(sentence);
      heard();
    },
    until: pattern =>
      new Promise(resolve => {
        heard = () => sentences.some(sentence => pattern.test(sentence)) && resolve();
        heard();
      }),
  };
}

/** A worker in this process; `end` lets it finish, and it ends with the test in any case. */
export async function startWorker(
  url: string,
  runner: Runner,
  options: Partial<RedisWorkerOptions> = {},
): Promise<{ worker: RedisWorker; said: Said; end: () => ReturnType<RedisWorker['work']> }> {
  const said = listener();
  const given = { code: CODE, parallel: 2, allowLearnerFiles: false, times: QUICK, say: said.say };
  const worker = await RedisWorker.open(url, { ...given, runner, ...options });
  const stop = new AbortController();
  const working = worker.work(stop.signal);
  working.catch(() => {});
  const end = (): typeof working => {
    stop.abort();
    return working;
  };
  onTestFinished(async () => {
    await runner.close();
    await end().catch(() => {});
  });
  return { worker, said, end };
}

export async function startRunner(
  url: string,
  options: Partial<Parameters<typeof RedisRunner.open>[1]> = {},
): Promise<{ runner: RedisRunner; said: Said }> {
  const said = listener();
  const given = { code: CODE, local: new ScriptedRunner(), times: QUICK, notice: said.say };
  const runner = await RedisRunner.open(url, { ...given, ...options });
  onTestFinished(() => runner.close());
  return { runner, said };
}

export function hooksOf(hooks: Partial<JobHooks> = {}): JobHooks {
  return { signal: new AbortController().signal, started: () => {}, notice: () => {}, ...hooks };
}

export function runAll(runner: Runner, jobs: readonly Job[]): Promise<JobOutcome[]> {
  return Promise.all(jobs.map(job => runner.run(job, hooksOf())));
}
