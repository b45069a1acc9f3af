import { SettingsError } from '../../shared/errors.ts';
import type { LearnerDefinition } from '../../shared/learners/learner.ts';
import { loadDataset } from '../data/index.ts';
import { type DeviceHistory, historiesOf, readHistories } from '../devices/histories.ts';
import { DeviceHost } from '../devices/host.ts';
import { chooseLearner } from '../learners/choose.ts';
import type { DeviceFlags } from './device.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';

/** How many devices' recommendations are printed; `--json` has them all. */
const SHOWN_DEVICES = 3;

export async function runDevice(flags: DeviceFlags): Promise<void> {
  const { url, state, seed, recommend = 0, json = false } = flags;
  const learners = await ownLearners(flags);
  const histories = (await historiesFor(flags)).slice(0, flags.first);
  const counts = { contributions: 0, declined: 0, disconnects: 0 };
  const host = await DeviceHost.open({
    url,
    histories,
    stateFolder: state,
    seed,
    learners,
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
}

/** Those of the file that `--learner` names. */
async function ownLearners({ learner, backend }: DeviceFlags): Promise<LearnerDefinition<unknown>[]> {
  if (learner === undefined) return [];
  const { definition } = await chooseLearner({ learner, backend }, sentence => process.stderr.write(`${sentence}\n`));
  return definition === undefined ? [] : [definition];
}

async function historiesFor({ histories, data }: DeviceFlags): Promise<DeviceHistory[]> {
  if ((histories === undefined) === (data === undefined)) {
    throw new SettingsError('Give the devices their histories with either --histories FILE or --data SPEC.');
  }
  if (histories !== undefined) return readHistories(histories);
  const dataset = await loadDataset(data!);
  return [...historiesOf(dataset, dataset.population, 0, dataset.users.length)];
}

async function recommendAll(host: DeviceHost, k: number) {
  const entries = Array.from(host.devices, async ([id, device]) => {
    const list = await device.recommend(k);
    return [id, list.map(({ item: { id: item, title }, score }) => ({ item, title, score }))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
