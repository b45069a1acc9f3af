import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { Gateway } from '../../server/gateway/gateway.ts';
import { FileLedger } from '../../server/privacy/file-ledger.ts';
import { type Ledger, MemoryLedger, spent } from '../../server/privacy/ledger.ts';
import { compilePrivacyOptions, isNoised } from '../../server/privacy/options.ts';
import { privacyWeights, RunPrivacy } from '../../server/privacy/run-privacy.ts';
import { type PrivacySchedule, scheduleOf } from '../../server/privacy/schedule.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { Catalogue, CatalogueError } from '../../shared/catalogue.ts';
import { SettingsError } from '../../shared/errors.ts';
import { createLearner, learnerOptions } from '../../shared/learners/index.ts';
import type { Learner } from '../../shared/learners/learner.ts';
import { systemRandom } from '../../shared/random/system.ts';
import { loadDataset } from '../data/index.ts';
import { chooseLearner } from '../learners/choose.ts';
import { privacyText } from '../runs/privacy-text.ts';
import { privacyStatement, type ServeSummary } from '../runs/results.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { version } from '../version.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { privacyOptions } from './privacy-options.ts';
import type { ServeFlags } from './serve.ts';

export async function runServe(flags: ServeFlags): Promise<void> {
  const { set, rounds, host, port, goal, minimum, overSelection, recruitMs, trainMs } = flags;
  const { name, learners, file } = await chooseLearner(flags, sentence => process.stderr.write(`${sentence}\n`));
  const given = { ...set, ...(rounds !== undefined && { rounds }) };
  const options = learnerOptions(name, given, learners, isNoised(flags));
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
  const { schedule, ledger } = privacyOf(flags, learner, settings.expected, folder.ledger);
  const coordinator = new Coordinator({
    learner,
    settings,
    privacy: new RunPrivacy({ run, schedule, ledger, cohort: settings.expected, random: () => random }),
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
  const clipNorm = learner.plan(coordinator.state)?.clipNorm ?? null;
  const url = await gateway.listen(coordinator);
  folder.writeConfig({
    run,
    larder: version,
    node: process.version,
    learner: { name, options, ...(file && { file }) },
    rounds: settings,
    privacy: schedule.settings,
    url,
  });
  folder.writeCatalogue(catalogue.encode());
  folder.writeSummary({ run, status: 'running' });
  process.stderr.write(`serving ${name} for ${catalogue.size} items on ${url}; run folder: ${folder.path}\n`);

  const { signal, release } = interruptSignal();
  signal.addEventListener('abort', () => coordinator.stop());
  try {
    coordinator.start();
    const { ending, state, published, budget } = await coordinator.finished;
    if (budget) process.stderr.write(`${budget.message}\n`);
    if (ending !== 'stopped') await linger(flags.linger, signal);
    const status = ending === 'stopped' ? 'interrupted' : ending;
    const summary: ServeSummary = {
      run,
      status,
      rounds: state.round,
      modelHash: published.hash,
      bytes: gateway.traffic,
      privacy: {
        ...privacyStatement(schedule, clipNorm, false),
        ledgerEpsilon: schedule.epsilon === null ? null : spent(ledger),
      },
    };
    folder.writeSummary(summary);
    if (flags.json === true) printJson(summary);
    else
      process.stdout.write(
        `${status} after ${state.round} rounds; model: ${join(folder.path, 'model.safetensors')}\n${privacyText(summary.privacy).join('\n')}\n`,
      );
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

/** Live devices check in when they like, so the schema that assumes nothing about that is the default. */
function privacyOf(
  flags: ServeFlags,
  learner: Learner,
  cohort: number,
  runLedger: string,
): { schedule: PrivacySchedule; ledger: Ledger } {
  const settings = compilePrivacyOptions({ ...privacyOptions(flags), sampling: flags.sampling ?? 'min-separation' });
  const schedule = scheduleOf(settings, { weights: privacyWeights(learner), cohort });
  const { delta, adjacency, accountant } = settings;
  const terms = { delta, adjacency, accountant, budget: flags.budget === undefined ? null : { epsilon: flags.budget } };
  if (schedule.epsilon !== null) return { schedule, ledger: new FileLedger(flags.ledger ?? runLedger, terms) };
  if (flags.budget !== undefined || flags.ledger !== undefined) {
    throw new SettingsError('Without noise there is nothing to keep a ledger of. Add --epsilon or --noise-multiplier.');
  }
  return { schedule, ledger: new MemoryLedger(terms) };
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
