import { Command } from 'commander';
import type { StudyOptions } from '../compare/study.ts';
import { integer, integers, list, number, setting, textSetting, varied } from './arguments.ts';
import { backendOption } from './learner-options.ts';

/** What commander parses `larder tune` to. */
export interface TuneFlags
  extends Pick<StudyOptions, 'learners' | 'backend' | 'maxBadShare' | 'vary' | 'set' | 'seeds'> {
  readonly data?: string;
  readonly column?: Record<string, string>;
  /** True: no data were named. */
  readonly on?: string | true;
  readonly private?: true;
  readonly epsilon?: number;
  readonly totalEpsilon?: number;
  readonly bestOf?: number;
  readonly runs?: string;
  readonly scoreDeviation?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function tuneCommand(): Command {
  return new Command('tune')
    .description('choose settings honestly: on public or synthetic data, or privately and at a price that is told')
    .argument('[study]', 'a study file: what varies, and what is fixed; flags override it')
    .option('--data <spec>', 'the private data: synthetic[:…], online-retail:PATH, movielens:PATH or csv:PATH')
    .option(
      '--column <role=name>',
      'which csv column is user, item, time, order, basket, category, title, quantity; repeatable',
      textSetting,
    )
    .option('--max-bad-share <share>', 'fail when more than this share of the rows is malformed', number)
    .option('--learners <names>', 'names, or files with learners of your own, separated by commas (default: mf)', list)
    .addOption(backendOption())
    .option(
      '--vary <name=values>',
      "what to choose, such as mf.dimension=16,32 or clipNorm=1,2: a learner's option or a setting; repeatable",
      varied,
    )
    .option('--set <name=value>', 'the same with one value, for all candidates; repeatable', setting)
    .option('--on [spec]', 'try all candidates on these public or synthetic data (default: synthetic); costs nothing')
    .option('--seeds <numbers>', '… with each of these seeds (default: 1)', integers)
    .option('--private', 'try a random number of candidates on the private data, and release the best run alone')
    .option('--epsilon <number>', 'of one run, its score included when private (--on: default no noise)', number)
    .option('--total-epsilon <number>', '… private: of everything, in place of --epsilon', number)
    .option('--best-of <runs>', '… private: mean number of runs (default: two a candidate, at least 8)', number)
    .option('--runs <distribution>', '… private: poisson (default), logarithmic, geometric, or a number, eta')
    .option('--score-deviation <users>', "… private: of the noise on a run's hits (default: 1 % of all users)", number)
    .option('--seed <number>', '… private: makes it repeatable, for studies (default: a new secret each time)', integer)
    .option('--workers <count>', 'threads that play the devices (default: one a core)', integer)
    .option('--out <folder>', 'where the choice is kept (default: a new folder under runs/)')
    .option('--json', 'print the choice as one JSON document on stdout')
    .action(async (study: string | undefined, flags: TuneFlags) => {
      const { runTune } = await import('./run-tune.ts');
      await runTune(study, flags);
    });
}
