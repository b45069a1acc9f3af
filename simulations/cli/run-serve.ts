import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { Gateway } from '../../server/gateway/gateway.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { Catalogue, CatalogueError } from '../../shared/catalogue.ts';
import { SettingsError } from '../../shared/errors.ts';
import { createLearner, learnerOptions } from '../../shared/learners/index.ts';
import { systemRandom } from '../../shared/random/system.ts';
import { loadDataset } from '../data/index.ts';
import { chooseLearner } from '../learners/choose.ts';
import type { ServeSummary } from '../runs/results.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { version } from '../version.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import type { ServeFlags } from './serve.ts';

export async function runServe(flags: ServeFlags): Promise<void> {
  const { set, rounds, host, port, goal, minimum, overSelection, recruitMs, trainMs } = flags;
  const { name, learners, file } = await chooseLearner(flags, sentence => process.stderr.write(`${sentence}\n`));
  const options = learnerOptions(name, { ...set, ...(rounds !== undefined && { rounds }) }, learners);
  const settings = compileRoundOptions({ goal, minimum, overSelection, recruitMs, trainMs });
  const catalogue = await catalogueFor(flags);
  const learner = createLearner(name, options, catalogue, learners);
  const run = `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-${name}-live`;
  const gateway = new Gateway({
    run,
    learner: { name, options },
    catalogue,
    host,
    port,
    ...(flags.limit && { limits: flags.limit }),
  });
  const folder = new RunFolder(flags.out ?? join('runs', run));
  const random = systemRandom();
  const coordinator = new Coordinator({
    learner,
    settings,
    fleet: gateway,
    clock: systemClock,
    random: () => random,
    onRound: record => {
      folder.appendRound(record);
      folder.writeModel(coordinator.published.bytes);
      const { round, outcome, reason, asked, counted, left } = record;
      process.stderr.write(`round ${round} ${reason ?? outcome}: ${asked} asked, ${counted} counted, ${left} left\n`);
    },
  });
  const url = await gateway.listen(coordinator);
  folder.writeConfig({
    run,
    larder: version,
    node: process.version,
    learner: { name, options, ...(file && { file }) },
    rounds: settings,
    url,
  });
  folder.writeCatalogue(catalogue.encode());
  folder.writeSummary({ run, status: 'running' });
  process.stderr.write(`serving ${name} for ${catalogue.size} items on ${url}; run folder: ${folder.path}\n`);

  const { signal, release } = interruptSignal();
  signal.addEventListener('abort', () => coordinator.stop());
  try {
    coordinator.start();
    const { ending, state, published } = await coordinator.finished;
    if (ending === 'finished') await linger(flags.linger, signal);
    const status = ending === 'finished' ? 'finished' : 'interrupted';
    const summary: ServeSummary = {
      run,
      status,
      rounds: state.round,
      modelHash: published.hash,
      bytes: gateway.traffic,
    };
    folder.writeSummary(summary);
    if (flags.json === true) printJson(summary);
    else
      process.stdout.write(`${status} after ${state.round} rounds; model: ${join(folder.path, 'model.safetensors')}\n`);
    if (status === 'interrupted') process.exitCode = EXIT.interrupted;
  } catch (error) {
    folder.writeFailure(run, error);
    throw error;
  } finally {
    release();
    await gateway.close();
  }
}

async function catalogueFor({ catalogue: path, data }: ServeFlags): Promise<Catalogue> {
  if ((path === undefined) === (data === undefined)) {
    throw new SettingsError('Say what is on sale with either --catalogue FILE or --data SPEC.');
  }
  if (path === undefined) return (await loadDataset(data!)).catalogue;
  try {
    return Catalogue.decode(readFileSync(path));
  } catch (cause) {
    throw new CatalogueError(`The catalogue ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Devices that were away in the last round still get the final model. */
async function linger(seconds: number, signal: AbortSignal): Promise<void> {
  process.stderr.write(`training has finished; handing out the model for ${seconds} s (Ctrl-C ends it)\n`);
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
