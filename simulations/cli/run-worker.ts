import { SettingsError } from '../../shared/errors.ts';
import { LocalRunner } from '../compare/local-runner.ts';
import { RedisWorker } from '../compare/redis/redis-worker.ts';
import { codeVersion } from '../version.ts';
import { interruptSignal } from './interrupt.ts';
import { printJson } from './output.ts';
import type { WorkerFlags } from './worker.ts';

export async function runWorker({
  redis,
  parallel,
  allowLearnerFiles = false,
  json = false,
}: WorkerFlags): Promise<void> {
  if (parallel < 1) throw new SettingsError('No job can be done in 0 processes. Give --parallel at least 1.');
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const code = codeVersion();
  const runner = new LocalRunner(parallel);
  const worker = await RedisWorker.open(redis, { code, runner, parallel, allowLearnerFiles, say });
  say(`worker ${worker.id} takes jobs of code ${code}, ${parallel} at a time; Ctrl-C ends it`);
  const { signal, release } = interruptSignal();
  try {
    const counts = await worker.work(signal);
    if (json) printJson({ worker: worker.id, code, ...counts });
    else process.stdout.write(`jobs done: ${counts.done}, failed: ${counts.failed}\n`);
  } finally {
    release();
  }
}
