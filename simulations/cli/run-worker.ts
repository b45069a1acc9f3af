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
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const code = codeVersion();
  const runner = new LocalRunner(parallel);
  const worker = await RedisWorker.open(redis, { code, runner, parallel, allowLearnerFiles, say });
  say(`worker ${worker.id} does ${parallel} jobs at a time, of code ${code}; Ctrl-C ends it`);
  const { signal, release } = interruptSignal();
  try {
    const counts = await worker.work(signal);
    if (json) printJson({ worker: worker.id, code, ...counts });
    else process.stdout.write(`${counts.done} jobs done, ${counts.failed} failed\n`);
  } finally {
    release();
  }
}
