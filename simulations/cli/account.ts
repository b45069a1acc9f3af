import { Command, Option } from 'commander';
import { ACCOUNTANTS, type AccountantName } from '../../shared/privacy/accountants/account.ts';
import { ADJACENCIES, type Adjacency } from '../../shared/privacy/mechanism.ts';
import { integer, list, number } from './arguments.ts';

export const MECHANISMS = [
  'gaussian',
  'laplace',
  'discrete-gaussian',
  'discrete-laplace',
  'skellam',
  'distributed-discrete-gaussian',
  'randomized-response',
  'toeplitz',
  'blt',
  'banded',
] as const;
export const SAMPLINGS = ['none', 'poisson', 'without-replacement'] as const;

export type MechanismName = (typeof MECHANISMS)[number];
export type SamplingName = (typeof SAMPLINGS)[number];

/** What commander parses `larder account` to. */
export interface AccountFlags {
  readonly mechanism?: MechanismName;
  readonly noiseMultiplier?: number;
  readonly epsilon?: number;
  readonly delta?: number;
  readonly steps?: number;
  readonly sampling?: SamplingName;
  readonly samplingRate?: number;
  readonly population?: number;
  readonly cohort?: number;
  readonly cap?: number;
  readonly accountant?: AccountantName;
  readonly adjacency?: Adjacency;
  readonly minSeparation?: number;
  readonly maxParticipations?: number;
  readonly buffers?: number;
  readonly coefficients?: readonly number[];
  readonly sigma?: number;
  readonly sensitivity?: number;
  readonly dimension?: number;
  readonly noiseParameter?: number;
  readonly buckets?: number;
  readonly scale?: number;
  readonly clipNorm?: number;
  readonly beta?: number;
  readonly centralDeviation?: number;
  readonly clientDeviation?: number;
  readonly clients?: number;
  readonly bestOf?: number;
  readonly runs?: string;
  readonly scoreDeviation?: number;
  readonly ledger?: string;
  readonly json?: boolean;
}

export function accountCommand(): Command {
  return new Command('account')
    .description(
      'privacy arithmetic without training: epsilon of settings, settings for an epsilon, or what a ledger says',
    )
    .addOption(new Option('--mechanism <name>', 'what is added (default: gaussian)').choices([...MECHANISMS]))
    .option('--noise-multiplier <z>', 'standard deviation / clip norm; of laplace, scale / L1 bound', number)
    .option('--epsilon <target>', 'find the least noise that keeps this, in place of --noise-multiplier', number)
    .option('--delta <probability>', 'below 1 / population', number)
    .option('--steps <count>', 'releases of the run (default: 1)', integer)
    .addOption(
      new Option(
        '--sampling <scheme>',
        'how the users of a step are chosen, in secret (default: none, all of them)',
      ).choices([...SAMPLINGS]),
    )
    .option('--sampling-rate <q>', 'probability that a user takes part in a step', number)
    .option('--population <users>', 'all users; with --cohort in place of --sampling-rate', integer)
    .option('--cohort <users>', 'users of a step: expected (poisson) or exact (without-replacement)', integer)
    .option('--cap <users>', 'poisson: a larger cohort is cut to so many at random; well above the mean', integer)
    .addOption(new Option('--accountant <name>', 'default: all, and the least that is sound').choices([...ACCOUNTANTS]))
    .addOption(new Option('--adjacency <relation>', 'who is whose neighbour').choices([...ADJACENCIES]))
    .option('--min-separation <steps>', 'toeplitz, blt, banded: a user takes part so far apart (default: 1)', integer)
    .option('--max-participations <count>', 'toeplitz, blt, banded: … and so often (default: all that fit)', integer)
    .option('--buffers <count>', 'blt: buffers of the noise', integer)
    .option('--coefficients <numbers>', 'banded: first column of the strategy, separated by commas', text =>
      list(text).map(number),
    )
    .option('--sigma <steps>', 'discrete-gaussian: parameter of the noise, in steps of the grid', number)
    .option('--sensitivity <steps>', 'discrete-*: bound of one contribution, in steps of the grid (default: 1)', number)
    .option('--dimension <count>', 'coordinates of a contribution (default: 1)', integer)
    .option(
      '--noise-parameter <number>',
      'discrete-laplace: a of exp(-a |x|); randomized-response: chance of a random answer',
      number,
    )
    .option('--buckets <count>', 'randomized-response: possible answers', integer)
    .option('--scale <steps>', 'skellam, distributed-discrete-gaussian: steps of the grid a unit', number)
    .option('--clip-norm <norm>', '… L2 bound of one contribution before rounding (default: 1)', number)
    .option('--beta <probability>', '… of conditional rounding (default: e^-1/2)', number)
    .option('--central-deviation <units>', 'skellam: standard deviation of the whole noise', number)
    .option('--client-deviation <units>', "distributed-discrete-gaussian: … of one client's noise", number)
    .option('--clients <count>', 'distributed-discrete-gaussian: clients that add noise and survive', integer)
    .option('--best-of <runs>', 'the best of so many runs, in the mean, is released, and nothing of the others', number)
    .option('--runs <distribution>', '… of their number: poisson (default), logarithmic, geometric, or a number, eta')
    .option(
      '--score-deviation <users>',
      '… of the noise on the score, a count of users, that they are chosen by',
      number,
    )
    .option('--ledger <file>', 'recompute what a ledger holds; all else is in it')
    .option('--json', 'print one JSON document on stdout')
    .action(async (flags: AccountFlags) => {
      const { runAccount } = await import('./run-account.ts');
      runAccount(flags);
    });
}
