import { Command } from 'commander';
import { integer } from './arguments.ts';

/** What commander parses `larder reproduce` to. */
export interface ReproduceFlags {
  readonly data?: string;
  readonly workers?: number;
  readonly json?: boolean;
}

export function reproduceCommand(): Command {
  return new Command('reproduce')
    .description('do a run again by what its folder says, and tell whether it found the same, bit for bit')
    .argument('<run>', 'a run folder of simulate or compare')
    .option('--data <spec>', 'where the data lie now, if not where they lay')
    .option('--workers <count>', 'threads (default: one a core); they change nothing but the time', integer)
    .option('--json', 'print what was found as one JSON document on stdout')
    .action(async (folder: string, flags: ReproduceFlags) => {
      const { runReproduce } = await import('./run-reproduce.ts');
      await runReproduce(folder, flags);
    });
}
