import { LocalRunner } from '../../../../simulations/compare/local-runner.ts';
import { QUEUE_TIMES } from '../../../../simulations/compare/redis/queue.ts';
import { RedisWorker } from '../../../../simulations/compare/redis/redis-worker.ts';

/** `larder worker`, whose jobs others take soon after it was killed. */
const [url, code] = process.argv.slice(2) as [string, string];
const worker = await RedisWorker.open(url, {
  code,
  runner: new LocalRunner(1),
  parallel: 1,
  allowLearnerFiles: false,
  say: sentence => process.stderr.write(`${sentence}\n`),
  times: { ...QUEUE_TIMES, lockMs: 1_000, stalledEveryMs: 100 },
});
await worker.work(new AbortController().signal);
