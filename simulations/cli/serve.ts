import { Command } from 'commander';
import type { PrivacyOptions } from '../../server/privacy/options.ts';
import type { TfjsBackend } from '../learners/backend.ts';
import { integer, limit, number, setting } from './arguments.ts';
import { backendOption, LEARNER_HELP } from './learner-options.ts';
import { addPrivacyOptions } from './privacy-options.ts';

/** What commander parses `larder serve` to. */
export interface ServeFlags extends PrivacyOptions {
  readonly ledger?: string;
  readonly budget?: number;
  readonly catalogue?: string;
  readonly data?: string;
  readonly learner: string;
  readonly backend?: TfjsBackend;
  readonly set?: Record<string, unknown>;
  readonly rounds?: number;
  readonly host: string;
  readonly port: number;
  readonly goal: number;
  readonly minimum?: number;
  readonly overSelection?: number;
  readonly recruitMs?: number;
  readonly trainMs?: number;
  readonly limit?: Record<string, number>;
  readonly linger: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('a coordinator for real devices: trains round by round, then hands out the final model')
    .option('--catalogue <file>', 'the items on sale: {"items": [{"id", "title"?, "category"?, "sensitive"?}]}')
    .option('--data <spec>', 'take the catalogue from a data set, to try things out')
    .option('--learner <name>', LEARNER_HELP, 'mf')
    .addOption(backendOption())
    .option('--set <name=value>', "a learner's option, such as dimension=64; repeatable", setting)
    .option('--rounds <count>', 'rounds of training; short for --set rounds=…', integer)
    .option('--host <address>', 'where to listen; 0.0.0.0 is every network', '127.0.0.1')
    .option('--port <number>', 'where to listen; 0 picks a free one', integer, 8787)
    .requiredOption('--goal <devices>', 'contributions a round waits for, and the divisor of means', integer)
    .option('--minimum <devices>', 'the least that is folded at the deadline (default: half the goal)', integer)
    .option('--over-selection <factor>', 'so many times the goal is asked (default: 1.3)', number)
    .option('--recruit-ms <ms>', 'how long a round waits for devices', integer)
    .option('--train-ms <ms>', 'how long a round waits for contributions', integer)
    .option('--limit <name=value>', 'a limit of docs/protocol.md, such as maxConnections=500; repeatable', limit)
    .option('--linger <seconds>', 'how long the final model is still handed out', integer, 60)
    .option('--out <folder>', 'where the run is kept (default: a new folder under runs/)')
    .option('--ledger <file>', 'the record of privacy spent on these devices (default: in the run folder)')
    .option('--budget <epsilon>', 'what the ledger may come to; a round that would pass it is not held', number)
    .option('--json', 'print one JSON document on stdout at the end');
  return addPrivacyOptions(command).action(async (flags: ServeFlags) => {
    const { runServe } = await import('./run-serve.ts');
    await runServe(flags);
  });
}
