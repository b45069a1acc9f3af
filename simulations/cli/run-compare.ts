import { join } from 'node:path';
import { SettingsError } from '../../shared/errors.ts';
import type { Asked } from '../compare/asked.ts';
import { check, compare, describe } from '../compare/compare.ts';
import { loadLearners } from '../compare/learners.ts';
import { LocalRunner } from '../compare/local-runner.ts';
import { planOf } from '../compare/plan.ts';
import { type Runner, RunnerClosedError } from '../compare/runner.ts';
import { studyOf } from '../compare/study.ts';
import { readStudyFile } from '../compare/study-file.ts';
import { StudyFolder } from '../compare/study-folder.ts';
import { codeVersion } from '../version.ts';
import type { CompareFlags } from './compare.ts';
import { comparisonText } from './comparison-tables.ts';
import { interruptSignal } from './interrupt.ts';
import { EXIT, printJson } from './output.ts';
import { planDocument, planText } from './plan-text.ts';
import { runName } from './run-name.ts';
import { StudyProgress } from './study-progress.ts';

export async function runCompare(file: string | undefined, flags: CompareFlags): Promise<void> {
  const { column, redis, parallel, plan, mixVersions, json, out, ...given } = flags;
  if (parallel < 1) throw new SettingsError('No job can be done in 0 processes. Give --parallel at least 1.');
  const options = { ...given, ...(column && { columns: column }) };
  const study = studyOf(...(file === undefined ? [] : [{ from: file, options: readStudyFile(file) }]), {
    from: 'The command line',
    options,
  });
  const progress = new StudyProgress();
  const notice = (sentence: string): void => progress.notice(sentence);
  const asked: Asked = { study, learners: await loadLearners(study.learners ?? [], study.backend, notice) };
  check(asked);

  const { signal, release } = interruptSignal();
  const path = out ?? join('runs', file === undefined ? runName('compare', study.data[0]!) : study.name);
  const folder = plan ? undefined : new StudyFolder(path);
  let runner: Runner | undefined;
  try {
    runner = await openRunner(plan ? undefined : redis, parallel, notice);
    const closing = runner;
    signal.addEventListener('abort', () => void closing.close());
    if (folder === undefined) {
      const found = await describe(asked, runner, notice);
      const planned = planOf(asked, found, notice);
      if (json) printJson(planDocument(planned, study));
      else process.stdout.write(`${planText(planned, study)}\n`);
      return;
    }
    const hooks = { signal, ...progress.hooks(study) };
    const comparison = await compare(asked, folder, runner, hooks, mixVersions);
    progress.end();
    if (json) printJson(comparison);
    else process.stdout.write(`${comparisonText(comparison, study, folder.path)}\n`);
    if (signal.aborted) process.exitCode = EXIT.interrupted;
    else if (comparison.missing.length > 0) process.exitCode = EXIT.failed;
  } catch (error) {
    if (!(signal.aborted && error instanceof RunnerClosedError)) throw error;
    process.exitCode = EXIT.interrupted;
  } finally {
    progress.end();
    release();
    await runner?.close();
    folder?.close();
  }
}

async function openRunner(
  url: string | undefined,
  parallel: number,
  notice: (sentence: string) => void,
): Promise<Runner> {
  const local = new LocalRunner(parallel);
  if (url === undefined) return local;
  const { RedisRunner } = await import('../compare/redis/redis-runner.ts');
  return RedisRunner.open(url, { code: codeVersion(), local, notice });
}
