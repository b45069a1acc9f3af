import { join } from 'node:path';
import { compare } from '../compare/compare.ts';
import { runJobs } from '../compare/jobs.ts';
import { loadLearners } from '../compare/learners.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { ProgressStep } from '../simulate/hooks.ts';
import type { CompareFlags } from './compare.ts';
import { comparisonText } from './comparison-tables.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { Progress } from './progress.ts';
import { runName } from './run-name.ts';

export async function runCompare(flags: CompareFlags): Promise<void> {
  const { json = false, out, column, backend, ...rest } = flags;
  const progress = new Progress();
  const notice = (sentence: string): void => progress.notice(sentence);
  const learners = await loadLearners(rest.learners ?? [], backend, notice);
  const runs = runJobs({ ...rest, ...(column && { columns: column }) }, learners);
  const name = runName('compare', runs[0]!.settings.data);
  const folder = new RunFolder(out ?? join('runs', name));
  const { signal, release } = interruptSignal();
  try {
    const hooks = { signal, progress: (step: ProgressStep) => progress.update(step), notice };
    const comparison = await compare(name, runs, rest.baselines, folder, hooks, learners.definitions);
    progress.end();
    if (json) printJson(comparison);
    else process.stdout.write(`${comparisonText(comparison, folder.path)}\n`);
    if (comparison.status === 'interrupted') process.exitCode = EXIT.interrupted;
    else if (comparison.failed.length > 0) process.exitCode = EXIT.failed;
  } finally {
    progress.end();
    release();
  }
}
