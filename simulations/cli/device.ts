import { Command } from 'commander';
import type { TfjsBackend } from '../learners/backend.ts';
import { integer } from './arguments.ts';
import { backendOption } from './learner-options.ts';

/** What commander parses `larder device` to. */
export interface DeviceFlags {
  readonly url: string;
  readonly histories?: string;
  readonly data?: string;
  readonly first?: number;
  readonly learner?: string;
  readonly backend?: TfjsBackend;
  readonly state?: string;
  readonly seed?: number;
  readonly recommend?: number;
  readonly json?: boolean;
}

export function deviceCommand(): Command {
  return new Command('device')
    .description('one device, or many in one process, that train with a coordinator until it has finished')
    .requiredOption('--url <address>', 'the coordinator, such as ws://127.0.0.1:8787')
    .option(
      '--histories <file>',
      'JSON lines: {"device": id, "interactions": [{"item", "at", "quantity"?, "basket"?}]}',
    )
    .option('--data <spec>', 'take the histories from a data set, to try things out')
    .option('--first <count>', 'only the first so many devices', integer)
    .option('--learner <file>', 'the file of a learner of your own, where the coordinator trains one')
    .addOption(backendOption())
    .option('--state <folder>', 'where devices keep what they learn (default: in memory)')
    .option('--seed <number>', 'repeatable training, for simulations; left out, the system generator is used', integer)
    .option('--recommend <k>', 'at the end, recommend so many items to each device', integer)
    .option('--json', 'print one JSON document on stdout at the end')
    .action(async (flags: DeviceFlags) => {
      const { runDevice } = await import('./run-device.ts');
      await runDevice(flags);
    });
}
