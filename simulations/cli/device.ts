import { Command } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { loadDataset } from '../data/index.ts';
import { type DeviceHistory, historiesOf, readHistories } from '../devices/histories.ts';
import { DeviceHost } from '../devices/host.ts';
import { integer } from './arguments.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';

interface Flags {
  readonly url: string;
  readonly histories?: string;
  readonly data?: string;
  readonly first?: number;
  readonly state?: string;
  readonly seed?: number;
  readonly recommend?: number;
  readonly json?: boolean;
}

/** How many devices' recommendations are printed; `--json` has them all. */
const SHOWN_DEVICES = 3;

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
    .option('--state <folder>', 'where devices keep what they learn (default: in memory)')
    .option('--seed <number>', 'repeatable training, for simulations; left out, the system generator is used', integer)
    .option('--recommend <k>', 'at the end, recommend so many items to each device', integer)
    .option('--json', 'print one JSON document on stdout at the end')
    .action(async (flags: Flags) => {
      const { url, state, seed, recommend = 0, json = false } = flags;
      const histories = (await historiesFor(flags)).slice(0, flags.first);
      const counts = { contributions: 0, declined: 0, disconnects: 0 };
      const host = await DeviceHost.open({
        url,
        histories,
        stateFolder: state,
        seed,
        onEvent: (device, event) => {
          if (event.type === 'receipt' && event.outcome === 'counted') counts.contributions++;
          if (event.type === 'declined') counts.declined++;
          if (event.type === 'disconnected') counts.disconnects++;
          if (event.type === 'error') process.stderr.write(`device ${device}: ${event.error.message}\n`);
        },
      });
      process.stderr.write(`${histories.length} devices joining ${url}\n`);
      const { signal, release } = interruptSignal();
      const failures = await host.run(signal);
      release();
      const recommendations = recommend > 0 && !signal.aborted ? await recommendAll(host, recommend) : undefined;
      if (json) {
        const failed = Object.fromEntries(Array.from(failures, ([id, { message }]) => [id, message]));
        printJson({ devices: histories.length, ...counts, failed, ...(recommendations && { recommendations }) });
      } else {
        process.stdout.write(`${histories.length} devices, ${counts.contributions} contributions counted\n`);
        for (const [id, items] of Object.entries(recommendations ?? {}).slice(0, SHOWN_DEVICES)) {
          process.stdout.write(`for ${id}: ${items.map(({ title, item }) => title ?? item).join(' | ')}\n`);
        }
      }
      if (failures.size > 0) process.exitCode = EXIT.failed;
      else if (signal.aborted) process.exitCode = EXIT.interrupted;
    });
}

async function historiesFor({ histories, data, seed }: Flags): Promise<DeviceHistory[]> {
  if ((histories === undefined) === (data === undefined)) {
    throw new SettingsError('Give the devices their histories with either --histories FILE or --data SPEC.');
  }
  if (histories !== undefined) return readHistories(histories);
  const dataset = await loadDataset(data!, seed === undefined ? {} : { seed });
  return [...historiesOf(dataset, dataset.population, 0, dataset.users.length)];
}

async function recommendAll(host: DeviceHost, k: number) {
  const entries = Array.from(host.devices, async ([id, device]) => {
    const list = await device.recommend(k);
    return [id, list.map(({ item: { id: item, title }, score }) => ({ item, title, score }))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
