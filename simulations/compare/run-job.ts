import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import type { RunData } from '../simulate/simulate.ts';
import type { Job } from './job.ts';

/** What a job leaves in its run folder: text by file name. Nothing in it depends on time, machine or threads. */
export type JobFiles = Readonly<Record<string, string>>;

/**
 * Does a job in this process; undefined if it was interrupted. `data` was loaded by the job's settings.
 *
 * @throws LarderError for what the person who asked can mend: the settings do not fit, the data are not those of the job.
 */
export declare function runJob(
  job: Job,
  data: RunData,
  learners: LearnerDefinitions,
  hooks: SimulateHooks,
): Promise<JobFiles | undefined>;
