import { learnerDefinitions } from '../../shared/learners/index.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { affordableBaselines, type BaselineName } from '../simulate/baselines.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import { dataSummary, loadRunData } from '../simulate/simulate.ts';
import { type Comparison, comparisonOf } from './comparison.ts';
import { type Job, withBaselines } from './jobs.ts';
import { type JobFailure, type JobResult, resultOf } from './result.ts';

/**
 * Does the runs, at least one and all on the same data, and the baselines that they are measured against; those that
 * take minutes at most if left out. A job that fails is reported, and the others go on. The folder holds a folder of each
 * run, and `comparison.json` with what is known after each job. `learners` are those that the runs may name.
 *
 * @throws DataError if the data cannot be loaded.
 */
export async function compare(
  name: string,
  runs: readonly Job[],
  baselines: readonly BaselineName[] | undefined,
  folder: RunFolder,
  hooks: SimulateHooks,
  learners = learnerDefinitions,
): Promise<Comparison> {
  const { settings } = runs[0]!;
  const data = await loadRunData(settings, hooks);
  const { dataset, split } = data;
  const jobs = withBaselines(runs, baselines ?? affordableBaselines(dataset.catalogue.size, hooks));
  const about = {
    compare: name,
    data: dataSummary(dataset),
    holdout: settings.holdout,
    evaluatedUsers: split.evaluated.length,
  };
  const results: JobResult[] = [];
  const failed: JobFailure[] = [];
  const soFar = (status: Comparison['status']): Comparison => comparisonOf({ ...about, status }, results, failed);
  for (const [at, job] of jobs.entries()) {
    if (hooks.signal.aborted) break;
    const label = `[${at + 1}/${jobs.length}] ${job.contender}, seed ${job.settings.seed}:`;
    const result = await resultOf(job, data, learners, folder, {
      signal: hooks.signal,
      progress: step => hooks.progress({ ...step, label: `${label} ${step.label}` }),
      notice: sentence => hooks.notice(`${label} ${sentence}`),
    });
    if (result === undefined) continue;
    if ('error' in result) {
      failed.push(result);
      hooks.notice(`${label} ${result.error.message}`);
    } else results.push(result);
    folder.writeComparison(soFar('running'));
  }
  const comparison = soFar(hooks.signal.aborted ? 'interrupted' : 'finished');
  folder.writeComparison(comparison);
  return comparison;
}
