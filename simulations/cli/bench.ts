import { Command } from 'commander';
import { list } from './arguments.ts';

/** What commander parses `larder bench` to. */
export interface BenchFlags {
  readonly only?: readonly string[];
  readonly json?: boolean;
}

export function benchCommand(): Command {
  return new Command('bench')
    .description('measure this machine: each figure against a stated rival in the same run')
    .option('--only <ids>', 'only these figures, separated by commas', list)
    .option('--json', 'print one JSON document on stdout')
    .action(async (flags: BenchFlags) => {
      const { runBench } = await import('./run-bench.ts');
      await runBench(flags);
    });
}
