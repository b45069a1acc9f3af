import { readKeptRun } from '../reproduce/kept-run.ts';
import { type Reproduction, reproduce } from '../reproduce/reproduce.ts';
import type { ProgressStep } from '../simulate/hooks.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { Progress } from './progress.ts';
import type { ReproduceFlags } from './reproduce.ts';

export async function runReproduce(folder: string, { json = false, ...options }: ReproduceFlags): Promise<void> {
  const progress = new Progress();
  const notice = (sentence: string): void => progress.notice(sentence);
  const run = await readKeptRun(folder, notice);
  const { signal, release } = interruptSignal();
  try {
    const hooks = { signal, progress: (step: ProgressStep) => progress.update(step), notice };
    const found = await reproduce(run, options, hooks);
    progress.end();
    if (found === undefined) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (json) printJson({ run: folder, ...found });
    else process.stdout.write(`${reproductionText(folder, found)}\n`);
    if (!found.matched) process.exitCode = EXIT.failed;
  } finally {
    progress.end();
    release();
  }
}

function reproductionText(folder: string, { matched, files, madeBy, repeatedBy }: Reproduction): string {
  const versions = (['larder', 'code', 'node'] as const)
    .filter(name => madeBy[name] !== repeatedBy[name])
    .map(name => `${name} ${madeBy[name]} then, ${repeatedBy[name]} now`);
  return [
    ...files.map(
      ({ name, same, difference }) =>
        `${same ? 'same     ' : 'DIFFERENT'}  ${name}${difference ? `: ${difference}` : ''}`,
    ),
    ...(versions.length > 0 ? [`other versions: ${versions.join('; ')}`] : []),
    matched ? `matched bit for bit: ${folder}` : `did NOT match: ${folder}`,
  ].join('\n');
}
