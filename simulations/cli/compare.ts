import { Command, Option } from 'commander';
import type { CompareOptions } from '../compare/jobs.ts';
import type { TfjsBackend } from '../learners/backend.ts';
import { BASELINES, HOLDOUTS } from '../simulate/settings.ts';
import { integers, list, number, setting, textSetting } from './arguments.ts';
import { backendOption } from './learner-options.ts';

/** What commander parses `larder compare` to. */
export interface CompareFlags extends Omit<CompareOptions, 'columns'> {
  readonly backend?: TfjsBackend;
  readonly json?: boolean;
  readonly out?: string;
  readonly column?: Record<string, string>;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description('train several learners on one data set: quality, quality by history length, and what each costs')
    .option('--data <spec>', 'synthetic[:…], online-retail:PATH, movielens:PATH or csv:PATH', 'synthetic')
    .option(
      '--column <role=name>',
      'which csv column is user, item, time, order, basket, category, title, quantity; repeatable',
      textSetting,
    )
    .option('--max-bad-share <share>', 'fail when more than this share of the rows is malformed', number)
    .option('--learners <names>', 'names, or files with learners of your own, separated by commas (default: all)', list)
    .addOption(backendOption())
    .option('--seeds <numbers>', 'a run of each learner for each of them (default: 1,2,3)', integers)
    .option('--set <learner.option=value>', "a learner's option, such as mf.dimension=64; repeatable", setting)
    .addOption(new Option('--holdout <rule>', 'what is held out of each history for evaluation').choices([...HOLDOUTS]))
    .option('--baselines <names>', `${BASELINES.join(', ')}, or none; popularity is always there`, list)
    .option('--ease-lambda <ridge>', 'ridge of the EASE baseline', number)
    .option('--out <folder>', 'where the runs are kept (default: a new folder under runs/)')
    .option('--json', 'print the comparison as one JSON document on stdout')
    .action(async (flags: CompareFlags) => {
      const { runCompare } = await import('./run-compare.ts');
      await runCompare(flags);
    });
}
