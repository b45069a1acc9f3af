import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { integer } from './arguments.ts';

/** What commander parses `larder worker` to. */
export interface WorkerFlags {
  readonly redis: string;
  readonly parallel: number;
  readonly allowLearnerFiles?: boolean;
  readonly json?: boolean;
}

export function workerCommand(): Command {
  return new Command('worker')
    .description('do jobs of studies that larder compare --redis puts into Redis, until Ctrl-C; see docs/cluster.md')
    .requiredOption('--redis <url>', 'redis://HOST:PORT, or rediss://… for TLS; the one that compare is given')
    .option('--parallel <count>', 'jobs at a time (default: one a core)', integer, availableParallelism())
    .option(
      '--allow-learner-files',
      'also run learners of files that jobs name, here: trust whoever can write to Redis',
    )
    .option('--json', 'print one JSON document on stdout at the end')
    .action(async (flags: WorkerFlags) => {
      const { runWorker } = await import('./run-worker.ts');
      await runWorker(flags);
    });
}
