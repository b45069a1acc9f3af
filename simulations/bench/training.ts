import { MemoryLedger } from '../../server/privacy/ledger.ts';
import { createLearner } from '../../shared/learners/index.ts';
import { trainInMemory } from '../simulate/memory.ts';
import { simulatedSchedule } from '../simulate/privacy.ts';
import { type SimulateOptions, simulateSettings } from '../simulate/settings.ts';
import { cohortOf, type RunData } from '../simulate/simulate.ts';
import type { TrainingResult } from '../simulate/train.ts';

/** A run that has trained, and how long each of its rounds took. */
export interface TimedTraining {
  readonly training: TrainingResult;
  /** From one round's end to the next: cohort, training, clipping, sum, fold, publishing. The first includes what is loaded. */
  readonly roundSeconds: readonly number[];
  /** Of all threads, over all rounds. */
  readonly cpuSeconds: number;
}

/** Trains as `larder simulate` does, without a run folder. The caller closes `training`. */
export async function timedTraining({ dataset, split }: RunData, options: SimulateOptions): Promise<TimedTraining> {
  const settings = simulateSettings(options);
  const learner = createLearner(settings.learner, settings.learnerOptions, dataset.catalogue);
  const cohort = cohortOf(settings, split);
  const schedule = simulatedSchedule(settings, learner, cohort, split.users.length);
  const roundSeconds: number[] = [];
  const cpuFrom = process.cpuUsage();
  let fromMs = performance.now();
  const training = await trainInMemory({
    run: 'bench',
    settings,
    learner,
    dataset,
    split,
    cohort,
    schedule,
    ledger: new MemoryLedger({ ...settings.privacy, budget: null }),
    hooks: {
      signal: new AbortController().signal,
      progress: () => {},
      notice: sentence => process.stderr.write(`${sentence}\n`),
      onRound: () => {
        roundSeconds.push((performance.now() - fromMs) / 1000);
        fromMs = performance.now();
        return undefined;
      },
    },
  });
  const { user, system } = process.cpuUsage(cpuFrom);
  return { training, roundSeconds, cpuSeconds: (user + system) / 1e6 };
}
