import { Command } from 'commander';
import { integer } from './arguments.ts';

/** What commander parses `larder together` to. */
export interface TogetherFlags {
  readonly item?: string;
  readonly count?: number;
  readonly json?: boolean;
}

export function togetherCommand(): Command {
  return new Command('together')
    .description('what is frequently bought together, from the counts of a run of the learner ease')
    .argument('<run>', 'the run folder')
    .option('--item <id>', 'the partners of this item (default: the strongest pairs of the whole catalogue)')
    .option('--count <number>', 'how many to list', integer, 10)
    .option('--json', 'print one JSON document on stdout')
    .action(async (run: string, flags: TogetherFlags) => {
      const { runTogether } = await import('./run-together.ts');
      runTogether(run, flags);
    });
}
