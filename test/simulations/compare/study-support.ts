import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Asked } from '../../../simulations/compare/asked.ts';
import type { CompareHooks } from '../../../simulations/compare/compare.ts';
import { type Job, jobName } from '../../../simulations/compare/job.ts';
import { builtInLearners } from '../../../simulations/compare/learners.ts';
import type { Plan } from '../../../simulations/compare/plan.ts';
import type { DataFacts, JobError, JobHooks, JobOutcome, Runner } from '../../../simulations/compare/runner.ts';
import { type StudyOptions, studyOf } from '../../../simulations/compare/study.ts';
import { Workbench } from '../../../simulations/compare/workbench.ts';
import type { SimulateHooks } from '../../../simulations/simulate/hooks.ts';
import type { DataSettings } from '../../../simulations/simulate/simulate.ts';

export function asked(options: StudyOptions): Asked {
  return { study: studyOf({ from: 'the test', options }), learners: builtInLearners };
}

/** Does jobs in the test's own process, one after another, unless `instead` has another end for one. */
export class BenchRunner implements Runner {
  readonly ran: string[] = [];
  readonly #bench = new Workbench(0);
  readonly #instead: (job: Job) => JobOutcome | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(instead: (job: Job) => JobOutcome | undefined = () => undefined) {
    this.#instead = instead;
  }

  describe(data: DataSettings): Promise<DataFacts | JobError> {
    return this.#next(() => this.#bench.describe(data, quiet));
  }

  run(job: Job, hooks: JobHooks): Promise<JobOutcome> {
    return this.#next(async () => {
      if (hooks.signal.aborted) return { status: 'stopped' };
      hooks.started();
      this.ran.push(jobName(job));
      return this.#instead(job) ?? (await this.#bench.run(job, quiet));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(work);
    this.#last = next;
    return next;
  }
}

const quiet: SimulateHooks = { signal: new AbortController().signal, progress: () => {}, notice: () => {} };

/** Keeps what it is told. */
export class Watch implements CompareHooks {
  readonly signal: AbortSignal;
  readonly notices: string[] = [];
  readonly before: string[] = [];
  readonly events: string[] = [];
  plan: Plan | undefined;

  constructor(signal = new AbortController().signal) {
    this.signal = signal;
  }

  notice(sentence: string): void {
    this.notices.push(sentence);
  }

  planned(plan: Plan, finished: ReadonlyMap<string, unknown>): void {
    this.plan = plan;
    this.before.push(...finished.keys());
  }

  started(job: Job): void {
    this.events.push(`started ${jobName(job)}`);
  }

  ended(job: Job, result: object): void {
    this.events.push(`${'message' in result ? 'failed' : 'done'} ${jobName(job)}`);
  }
}

/** All files below a folder but those that hold times, by path: text. */
export function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return Object.fromEntries(
    paths
      .filter(path => path !== 'timing.jsonl')
      .sort()
      .map(path => [path, readFileSync(join(folder, path), 'utf8')]),
  );
}
