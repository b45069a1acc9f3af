import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import type { StudyOptions } from '../compare/study.ts';
import { BASELINES } from '../simulate/settings.ts';
import { integer, integers, list, number, repeated, setting, textSetting, values, varied } from './arguments.ts';
import { backendOption } from './learner-options.ts';

/** What commander parses `larder compare` to. */
export interface CompareFlags extends Omit<StudyOptions, 'study' | 'question' | 'columns'> {
  readonly column?: Record<string, string>;
  readonly redis?: string;
  readonly parallel: number;
  readonly plan?: boolean;
  readonly mixVersions?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description('a study: many runs over data, learners and settings, side by side; goes on where it was stopped')
    .argument('[study]', 'a file with a study (YAML or JSON); flags override what it says')
    .option(
      '--data <spec>',
      'synthetic[:…], online-retail:PATH, movielens:PATH or csv:PATH; repeatable. Files are looked for here, then in the folder LARDER_DATA',
      repeated,
    )
    .option(
      '--column <role=name>',
      'which csv column is user, item, time, order, basket, category, title, quantity; repeatable',
      textSetting,
    )
    .option('--max-bad-share <share>', 'fail when more than this share of the rows is malformed', number)
    .option('--learners <names>', 'names, or files with learners of your own, separated by commas (default: all)', list)
    .addOption(backendOption())
    .option('--trust <models>', 'central, local or both', list)
    .option('--epsilon <numbers>', 'promises to calibrate the noise for, and none, as in 1,2,4,none', values)
    .option('--clip-norm <norms>', "L2 bounds of a contribution (none: the learner's)", values)
    .option('--cohort <devices>', 'devices asked a round, or all (none: all, up to 10,000)', values)
    .option('--seeds <numbers>', 'a run of each combination for each of them (default: 1,2,3)', integers)
    .option('--vary <name=values>', 'any other setting or learner.option, as in mf.dimension=16,32; repeatable', varied)
    .option('--set <name=value>', 'the same with one value, which may hold commas; repeatable', setting)
    .option('--holdout <rules>', 'what is held out of each history for evaluation: last-item, last-basket', list)
    .option('--evaluate-users <count>', 'evaluate so many users, drawn at random (default: all)', values)
    .option('--evaluate-every <rounds>', 'evaluate along the way too', values)
    .option('--measure <what>', 'cold-start, cost: take longer', list)
    .option('--baselines <names>', `${BASELINES.join(', ')}, or none; popularity is always there`, list)
    .option('--ease-lambda <ridge>', 'ridge of the EASE baseline', values)
    .option('--against <what>', 'take differences from none (no noise), a baseline, or name=value of the study')
    .option(
      '--parallel <count>',
      'jobs at a time, each in a process (default: one a core)',
      integer,
      availableParallelism(),
    )
    .option('--redis <url>', 'have the jobs done by the workers (larder worker) on this Redis')
    .option('--plan', 'print what would be done, and do nothing')
    .option('--mix-versions', 'go on with a study although the code has changed')
    .option('--out <folder>', 'where the study is kept (default: runs/NAME for a study of a file, else a new folder)')
    .option('--json', 'print the comparison as one JSON document on stdout')
    .action(async (file: string | undefined, flags: CompareFlags) => {
      const { runCompare } = await import('./run-compare.ts');
      await runCompare(file, flags);
    });
}
