import { join } from 'node:path';
import { chooseLearner } from '../learners/choose.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { ProgressStep } from '../simulate/hooks.ts';
import { type SimulateOptions, simulateSettings } from '../simulate/settings.ts';
import { simulate } from '../simulate/simulate.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { privacyOptions } from './privacy-options.ts';
import { Progress } from './progress.ts';
import { runName } from './run-name.ts';
import type { SimulateFlags } from './simulate.ts';
import { summaryText } from './summary-table.ts';

export async function runSimulate(flags: SimulateFlags): Promise<void> {
  const { json = false, out, rounds, set, column, learner, backend } = flags;
  const progress = new Progress();
  const notice = (sentence: string): void => progress.notice(sentence);
  const chosen = await chooseLearner({ learner, backend }, notice);
  const settings = simulateSettings(
    {
      ...runFlags(flags),
      privacy: privacyOptions(flags),
      ...(column && { columns: column }),
      learner: chosen.name,
      ...(chosen.file && { learnerFile: chosen.file }),
      learnerOptions: { ...set, ...(rounds !== undefined && { rounds }) },
    },
    chosen.learners,
  );
  const run = runName(settings.learner, settings.data);
  const folder = new RunFolder(out ?? join('runs', run));
  const { signal, release } = interruptSignal();
  try {
    const hooks = { signal, progress: (step: ProgressStep) => progress.update(step), notice };
    const summary = await simulate(run, settings, folder, hooks, chosen.learners);
    progress.end();
    if (json) printJson(summary);
    else process.stdout.write(`${summaryText(summary, folder.path)}\n`);
    if (summary.status === 'interrupted') process.exitCode = EXIT.interrupted;
  } finally {
    progress.end();
    release();
  }
}

/** The flags that are settings of the run under the same name. */
function runFlags(flags: SimulateFlags): Omit<SimulateOptions, 'privacy'> {
  const { data, maxBadShare, cohort, transport, processes, workers } = flags;
  const { trace, overSelection, minimum, deadline } = flags;
  const { seed, holdout, evaluateUsers, evaluateEvery, baselines, easeLambda } = flags;
  const how = { cohort, transport, processes, workers };
  const time = { trace, overSelection, minimum, trainMs: deadline && Math.round(deadline * 1000) };
  return { data, maxBadShare, ...how, ...time, seed, holdout, evaluateUsers, evaluateEvery, baselines, easeLambda };
}
