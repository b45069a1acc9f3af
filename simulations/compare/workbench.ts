import { hostname } from 'node:os';
import { LarderError } from '../../shared/errors.ts';
import { type LearnerDefinitions, learnerDefinitions } from '../../shared/learners/index.ts';
import { chooseLearner, type LearnerFile } from '../learners/choose.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { type DataSettings, dataSummary, loadRunData, type RunData } from '../simulate/simulate.ts';
import { codeVersion } from '../version.ts';
import { locateData } from './data-path.ts';
import type { Job } from './job.ts';
import { runJob } from './run-job.ts';
import type { DataFacts, JobError, JobOutcome, JobTiming } from './runner.ts';

/** A process was started after the files of the program had changed. */
class CodeChangedError extends LarderError {
  readonly code = 'code_changed';
}

/**
 * Does jobs in this process, one after another. The latest data stay loaded, so that jobs on the same are quick, and no
 * others, so that memory suffices; learners of files stay loaded too.
 */
export class Workbench {
  readonly #threads: number | undefined;
  #loaded: { readonly key: string; readonly data: RunData } | undefined;
  readonly #learners = new Map<string, Promise<LearnerDefinitions>>();

  /** So many threads help a run; 0: none; left out: as many as are of use. */
  constructor(threads?: number) {
    this.#threads = threads;
  }

  async describe(settings: DataSettings, hooks: SimulateHooks): Promise<DataFacts | JobError> {
    try {
      const { dataset } = await this.#data(settings, hooks);
      return dataSummary(dataset);
    } catch (error) {
      return jobError(error, hooks);
    }
  }

  async run(job: Job, hooks: SimulateHooks): Promise<JobOutcome> {
    // What loading has to say was said when the data were described.
    const silent = { ...hooks, notice: () => {} };
    let since = clock();
    try {
      if (job.code !== codeVersion()) {
        throw new CodeChangedError(
          `The program's files changed (from ${job.code} to ${codeVersion()}) while the study ran. Start it again: it goes on.`,
        );
      }
      const data = await this.#data(job.settings, silent);
      const learners = await this.#learnersOf(job.settings.learnerFile);
      since = clock();
      const settings = this.#threads === undefined ? job.settings : { ...job.settings, workers: this.#threads };
      const files = await runJob({ ...job, settings }, data, learners, hooks);
      return files === undefined ? { status: 'stopped' } : { status: 'done', files, timing: timing(since) };
    } catch (error) {
      return { status: 'failed', error: jobError(error, hooks), timing: timing(since) };
    }
  }

  async #data(settings: DataSettings, hooks: SimulateHooks): Promise<RunData> {
    const key = dataKey(settings);
    if (this.#loaded?.key !== key) {
      this.#loaded = undefined;
      const located = { ...settings, data: locateData(settings.data) };
      this.#loaded = { key, data: await loadRunData(located, hooks) };
    }
    return this.#loaded.data;
  }

  #learnersOf(file: LearnerFile | undefined): LearnerDefinitions | Promise<LearnerDefinitions> {
    if (file === undefined) return learnerDefinitions;
    const key = `${file.backend} ${file.path}`;
    let found = this.#learners.get(key);
    if (found === undefined) {
      found = chooseLearner({ learner: file.path, backend: file.backend }, () => {}).then(({ learners }) => learners);
      this.#learners.set(key, found);
    }
    return found;
  }
}

/** The same for jobs that can share what was loaded. */
export function dataKey({ data, columns, maxBadShare, holdout, evaluateUsers }: DataSettings): string {
  return JSON.stringify([data, columns, maxBadShare, holdout, evaluateUsers]);
}

function jobError(error: unknown, hooks: Pick<SimulateHooks, 'notice'>): JobError {
  if (error instanceof LarderError) return { code: error.code, message: error.message };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  hooks.notice(stack ?? message);
  return { code: 'internal', message: `Internal error, please report it: ${message}` };
}

interface Clock {
  readonly wallMs: number;
  readonly cpu: NodeJS.CpuUsage;
}

function clock(): Clock {
  return { wallMs: performance.now(), cpu: process.cpuUsage() };
}

function timing({ wallMs, cpu }: Clock): JobTiming {
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - wallMs) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
    host: hostname(),
    node: process.version,
  };
}
