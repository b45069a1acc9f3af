import { join } from 'node:path';
import { compare } from '../compare/compare.ts';
import { runJobs } from '../compare/jobs.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { CompareFlags } from './compare.ts';
import { comparisonText } from './comparison-tables.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { Progress } from './progress.ts';
import { runName } from './run-name.ts';

export async function runCompare({ json = false, out, column, ...rest }: CompareFlags): Promise<void> {
  const runs = runJobs({ ...rest, ...(column && { columns: column }) });
  const name = runName('compare', runs[0]!.settings.data);
  const folder = new RunFolder(out ?? join('runs', name));
  const progress = new Progress();
  const { signal, release } = interruptSignal();
  try {
    const comparison = await compare(name, runs, rest.baselines, folder, {
      signal,
      progress: step => progress.update(step),
      notice: sentence => progress.notice(sentence),
    });
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
