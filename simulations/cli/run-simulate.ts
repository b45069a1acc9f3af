import { join } from 'node:path';
import { RunFolder } from '../runs/run-folder.ts';
import { simulateSettings } from '../simulate/settings.ts';
import { simulate } from '../simulate/simulate.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { Progress } from './progress.ts';
import { runName } from './run-name.ts';
import type { SimulateFlags } from './simulate.ts';
import { summaryText } from './summary-table.ts';

export async function runSimulate({ json = false, out, rounds, set, column, ...rest }: SimulateFlags): Promise<void> {
  const settings = simulateSettings({
    ...rest,
    ...(column && { columns: column }),
    learnerOptions: { ...set, ...(rounds !== undefined && { rounds }) },
  });
  const run = runName(settings.learner, settings.data);
  const folder = new RunFolder(out ?? join('runs', run));
  const progress = new Progress();
  const { signal, release } = interruptSignal();
  try {
    const summary = await simulate(run, settings, folder, {
      signal,
      progress: step => progress.update(step),
      notice: sentence => progress.notice(sentence),
    });
    progress.end();
    if (json) printJson(summary);
    else process.stdout.write(`${summaryText(summary, folder.path)}\n`);
    if (summary.status === 'interrupted') process.exitCode = EXIT.interrupted;
  } finally {
    progress.end();
    release();
  }
}
