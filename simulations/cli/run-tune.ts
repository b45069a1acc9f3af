import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../shared/random/seeded.ts';
import { systemRandom } from '../../shared/random/system.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { ProgressStep, SimulateHooks } from '../simulate/hooks.ts';
import { dataSummary, loadRunData, type RunData } from '../simulate/simulate.ts';
import { chargeOf } from '../tune/charge.ts';
import { selectPrivately } from '../tune/private.ts';
import { tuneOnPublic } from '../tune/public.ts';
import { validationData } from '../tune/validation.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { Progress } from './progress.ts';
import { runName } from './run-name.ts';
import type { TuneFlags } from './tune.ts';
import { type PrivateAnswer, type PublicAnswer, privateAnswer, publicAnswer } from './tune-answer.ts';
import { type PrivateWay, type PublicWay, type TuneRequest, tuneRequest } from './tune-request.ts';
import { privateText, publicText } from './tune-text.ts';

/** Of all users: about what chance alone makes of the hits of a few thousand. */
const SCORE_DEVIATION = 0.01;

export async function runTune(study: string | undefined, flags: TuneFlags): Promise<void> {
  const progress = new Progress();
  const notice = (sentence: string): void => progress.notice(sentence);
  const request = await tuneRequest(study, flags, notice);
  const { data } = request.candidates[0]!.settings;
  const name = runName(`tune-${request.way.name}`, data);
  const folder = new RunFolder(flags.out ?? join('runs', name));
  const { signal, release } = interruptSignal();
  try {
    const hooks = { signal, progress: (step: ProgressStep) => progress.update(step), notice };
    const { settings } = request.candidates[0]!;
    const validation = validationData(await loadRunData(settings, hooks), settings);
    const { way } = request;
    const answer =
      way.name === 'public'
        ? await onPublic(name, request, way, validation, hooks)
        : await privately(name, request, way, validation, folder, hooks);
    progress.end();
    if (answer === undefined) {
      process.exitCode = EXIT.interrupted;
      notice('larder: interrupted: nothing was chosen');
      return;
    }
    writeFileSync(join(folder.path, 'tuning.json'), `${JSON.stringify(answer, null, 2)}\n`);
    if (flags.json) printJson(answer);
    else
      process.stdout.write(
        `${answer.way === 'public' ? publicText(answer) : privateText(answer)}\nfolder: ${folder.path}\n`,
      );
    if (answer.best === null) process.exitCode = EXIT.failed;
  } finally {
    progress.end();
    release();
  }
}

async function onPublic(
  name: string,
  { candidates, learners }: TuneRequest,
  { seeds, target }: PublicWay,
  data: RunData,
  hooks: SimulateHooks,
): Promise<PublicAnswer | undefined> {
  const tuning = await tuneOnPublic(candidates, seeds, data, learners.definitions, hooks);
  return tuning && publicAnswer(name, dataSummary(data.dataset), seeds, target, tuning);
}

async function privately(
  name: string,
  { candidates, learners }: TuneRequest,
  { budget, runs, scoreDeviation, seed }: PrivateWay,
  data: RunData,
  folder: RunFolder,
  hooks: SimulateHooks,
): Promise<PrivateAnswer | undefined> {
  const terms = { budget, runs, scoreDeviation: scoreDeviation ?? SCORE_DEVIATION * data.split.users.length };
  const charge = chargeOf(candidates, terms, data, learners.definitions);
  const { delta, adjacency, mechanism } = charge;
  // On record before anything is run: what is interrupted was spent.
  folder
    .openLedger({ delta, adjacency, accountant: 'rdp', budget: null })
    .charge({ run: name, round: 0, phase: 'tune', mechanism });
  hooks.progress({ label: 'choosing; how far that is would tell how many runs there are', done: 0, total: 0 });
  const random = seed === undefined ? systemRandom() : seededRandom(seed, 'tune');
  const selected = await selectPrivately(
    candidates,
    charge,
    terms.scoreDeviation,
    data,
    learners.definitions,
    random,
    hooks.signal,
  );
  if (selected === undefined) return undefined;
  if (selected !== 'none' && selected.model !== null) {
    folder.writeCatalogue(data.dataset.catalogue.encode());
    folder.writeModel(selected.model.model);
  }
  return privateAnswer(name, dataSummary(data.dataset), candidates, terms, charge, seed, selected);
}
