import { Command, Option } from 'commander';
import type { PrivacyOptions } from '../../server/privacy/options.ts';
import type { TfjsBackend } from '../learners/backend.ts';
import { BASELINES, HOLDOUTS, type SimulateOptions, TRANSPORTS } from '../simulate/settings.ts';
import { cohort, integer, list, number, setting, textSetting } from './arguments.ts';
import { backendOption, LEARNER_HELP } from './learner-options.ts';
import { addPrivacyOptions } from './privacy-options.ts';

/** What commander parses `larder simulate` to. */
export interface SimulateFlags
  extends Omit<SimulateOptions, 'columns' | 'learner' | 'learnerFile' | 'learnerOptions' | 'privacy' | 'trainMs'>,
    PrivacyOptions {
  readonly learner: string;
  readonly backend?: TfjsBackend;
  readonly json?: boolean;
  readonly out?: string;
  readonly rounds?: number;
  readonly deadline?: number;
  readonly set?: Record<string, unknown>;
  readonly column?: Record<string, string>;
}

export function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('train on a data set with simulated devices, evaluate, and compare with the baselines')
    .option('--data <spec>', 'synthetic[:…], online-retail:PATH, movielens:PATH or csv:PATH', 'synthetic')
    .option(
      '--column <role=name>',
      'which csv column is user, item, time, order, basket, category, title, quantity; repeatable',
      textSetting,
    )
    .option('--max-bad-share <share>', 'fail when more than this share of the rows is malformed', number)
    .option('--learner <name>', LEARNER_HELP, 'mf')
    .addOption(backendOption())
    .option('--set <name=value>', "a learner's option, such as dimension=64; repeatable", setting)
    .option('--rounds <count>', 'rounds of training; short for --set rounds=…', integer)
    .option('--cohort <devices>', 'devices asked a round, or expected, or all (default: all, up to 10,000)', cohort)
    .addOption(
      new Option('--transport <kind>', 'virtual devices in this process, or device processes over sockets').choices([
        ...TRANSPORTS,
      ]),
    )
    .option('--processes <count>', 'device processes of the websocket transport', integer)
    .option(
      '--workers <count>',
      'threads that play the devices (default: one a core); 0: none beside the main one',
      integer,
    )
    .option('--trace <spec>', 'when devices are there, how fast, and what drops out: diurnal[:…], always[:…] or a file')
    .option('--over-selection <factor>', 'with --trace: so many times the cohort is asked (default: 1.3)', number)
    .option('--minimum <devices>', 'with --trace: the least that is folded at the deadline (default: half)', integer)
    .option('--deadline <seconds>', 'with --trace: how long a round waits for contributions (default: 120)', number)
    .option('--seed <number>', 'fixes the run, bit by bit; the synthetic world has its own (synthetic:seed=2)', integer)
    .addOption(new Option('--holdout <rule>', 'what is held out of each history for evaluation').choices([...HOLDOUTS]))
    .option('--evaluate-users <count>', 'evaluate so many users, drawn at random (default: all)', integer)
    .option('--evaluate-every <rounds>', 'evaluate along the way; memory transport only', integer)
    .option('--baselines <names>', `${BASELINES.join(', ')}, or none`, list)
    .option('--ease-lambda <ridge>', 'ridge of the EASE baseline', number)
    .option('--out <folder>', 'where the run is kept (default: a new folder under runs/)')
    .option('--json', 'print the summary as one JSON document on stdout');
  return addPrivacyOptions(command).action(async (flags: SimulateFlags) => {
    const { runSimulate } = await import('./run-simulate.ts');
    await runSimulate(flags);
  });
}
