import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { jobId } from '../../../../simulations/compare/job.ts';
import { DEATHS, PREFIX } from '../../../../simulations/compare/redis/queue.ts';
import type { JobOutcome } from '../../../../simulations/compare/runner.ts';
import { describeWithRedis, RedisServer } from '../../../support/redis.ts';
import {
  CODE,
  hooksOf,
  jobOf,
  jobsOf,
  QUICK,
  resultOf,
  runAll,
  ScriptedRunner,
  startRunner,
  startWorker,
} from './stage.ts';

const MISSING = { status: 'failed', error: { code: 'data', message: 'There is no file m.csv.' } } as const;

function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describeWithRedis('a study over Redis', () => {
  test('gives each job to one of the workers, and what came of it back as it was', async () => {
    const { url } = await RedisServer.start();
    const workers = [new ScriptedRunner(), new ScriptedRunner()];
    const started = await Promise.all(workers.map(worker => startWorker(url, worker)));
    const { runner, said } = await startRunner(url);
    const jobs = jobsOf(9);
    expect(await runAll(runner, jobs)).toEqual(jobs.map(resultOf));
    expect(workers.flatMap(({ ran }) => ran).sort((a, b) => a - b)).toEqual(jobs.map(({ settings }) => settings.seed));
    expect(said.sentences).toEqual(['2 workers do the jobs']);
    const counts = await Promise.all(started.map(({ end }) => end()));
    expect(counts.map(({ done }) => done)).toEqual(workers.map(({ ran }) => ran.length));
  });

  test('leaves no queue in Redis, and results for a while only', async () => {
    const { url } = await RedisServer.start();
    await startWorker(url, new ScriptedRunner());
    const { runner } = await startRunner(url);
    const jobs = jobsOf(3);
    await runAll(runner, jobs);
    const client = new Redis(url);
    onTestFinished(() => client.disconnect());
    const keys = await client.keys(`${PREFIX}:${CODE}:*`);
    const held = keys.filter(key => jobs.some(job => key.endsWith(jobId(job))));
    expect(held.sort()).toEqual(jobs.map(job => `${PREFIX}:${CODE}:result:${jobId(job)}`).sort());
    for (const key of held) expect(await client.ttl(key)).toBeLessThanOrEqual(600);
  });

  test('goes on with what is there when compare starts again', async () => {
    const { url } = await RedisServer.start();
    const jobs = jobsOf(6);
    const later = gate();
    const worker = new ScriptedRunner(async job => {
      if (job.settings.seed > 2) await later.opened;
      return resultOf(job);
    });
    await startWorker(url, worker);
    const first = await startRunner(url);
    const asked = jobs.map(job => first.runner.run(job, hooksOf()));
    await Promise.all(asked.slice(0, 2));
    await first.runner.close();
    expect(await Promise.all(asked.slice(2))).toEqual(jobs.slice(2).map(() => ({ status: 'stopped' })));
    later.open();
    const second = await startRunner(url);
    expect(await runAll(second.runner, jobs)).toEqual(jobs.map(resultOf));
    // None was done twice.
    expect(worker.ran.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a compare that was killed leaves its jobs to the next; one that was not shares them', async () => {
    const { url } = await RedisServer.start();
    const jobs = jobsOf(5);
    const both = gate();
    const worker = new ScriptedRunner(async job => {
      await both.opened;
      return resultOf(job);
    });
    const { said } = await startWorker(url, worker);
    const first = await startRunner(url);
    const asked = runAll(first.runner, jobs);
    await said.until(/ begins$/);
    const second = await startRunner(url);
    const askedToo = runAll(second.runner, jobs);
    both.open();
    expect(await askedToo).toEqual(jobs.map(resultOf));
    expect(await asked).toEqual(jobs.map(resultOf));
    expect(worker.ran.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
  });

  test('takes a job back that nobody has begun', async () => {
    const { url } = await RedisServer.start();
    const { runner, said } = await startRunner(url);
    const stop = new AbortController();
    const [first, second] = jobsOf(2);
    const stopped = runner.run(first!, hooksOf({ signal: stop.signal }));
    const done = runner.run(second!, hooksOf());
    await said.until(new RegExp(`No worker is there\\. Start larder worker, of code ${CODE}`));
    stop.abort();
    expect(await stopped).toEqual({ status: 'stopped' });
    const worker = new ScriptedRunner();
    await startWorker(url, worker);
    expect(await done).toEqual(resultOf(second!));
    expect(worker.ran).toEqual([2]);
  });

  test('tells how jobs fail, and tries them again when asked again', async () => {
    const { url } = await RedisServer.start();
    const error = { code: 'numerical', message: 'The matrix is singular.' };
    const worker = new ScriptedRunner(() => ({ status: 'failed', error }));
    await startWorker(url, worker);
    const { runner } = await startRunner(url);
    const job = jobOf();
    expect(await runAll(runner, [job])).toEqual([{ status: 'failed', error }]);
    expect(await runAll(runner, [job])).toEqual([{ status: 'failed', error }]);
    expect(worker.ran).toEqual([1, 1]);
  });

  test('workers of other code take nothing, and compare names them', async () => {
    const { url } = await RedisServer.start();
    const other = new ScriptedRunner();
    await startWorker(url, other, { code: 'feedfeedfeed' });
    const { runner, said } = await startRunner(url);
    const asked = runAll(runner, [jobOf()]);
    await said.until(new RegExp(`other code \\(feedfeedfeed\\).*of code ${CODE}`));
    const ours = new ScriptedRunner(async job => {
      await said.until(/^1 worker does the jobs$/);
      return resultOf(job);
    });
    await startWorker(url, ours);
    expect(await asked).toEqual([resultOf(jobOf())]);
    expect([other.ran, ours.ran]).toEqual([[], [1]]);
  });

  test('a worker without the data leaves jobs to one that has them, and both sides are told', async () => {
    const { url } = await RedisServer.start();
    const without = new ScriptedRunner(() => MISSING);
    const poor = await startWorker(url, without, { parallel: 1 });
    const { runner, said } = await startRunner(url);
    const job = jobOf();
    const asked = runAll(runner, [job]);
    await poor.said.until(/is left to others: There is no file m\.csv/);
    await said.until(/leaves jobs to others: There is no file m\.csv/);
    await startWorker(url, new ScriptedRunner());
    expect(await asked).toEqual([resultOf(job)]);
    // It remembers, instead of looking again and again.
    expect(without.ran).toEqual([1]);
  });

  test('a job that none of the workers can do fails, and says why', async () => {
    const { url } = await RedisServer.start();
    const workers = [new ScriptedRunner(() => MISSING), new ScriptedRunner(() => MISSING)];
    await Promise.all(workers.map(worker => startWorker(url, worker)));
    const { runner } = await startRunner(url);
    const [outcome] = await runAll(runner, [jobOf()]);
    const message = 'None of the workers that are there can do it. There is no file m.csv.';
    expect(outcome).toEqual({ status: 'failed', error: { code: 'data', message } });
    expect(workers.map(({ ran }) => ran)).toEqual([[1], [1]]);
  });

  test('learners of files run only on workers that allow them; trace files never', async () => {
    const { url } = await RedisServer.start();
    const careful = new ScriptedRunner();
    const { said } = await startWorker(url, careful);
    const { runner } = await startRunner(url);
    const job = jobOf();
    const file = { path: './mine.ts', backend: 'cpu' } as const;
    const own = { ...job, settings: { ...job.settings, learner: 'mine@12345678', learnerFile: file } };
    const asked = runAll(runner, [own]);
    await said.until(/needs the learner file \.\/mine\.ts.*--allow-learner-files/);
    const trusting = new ScriptedRunner();
    await startWorker(url, trusting, { allowLearnerFiles: true });
    expect(await asked).toEqual([resultOf(own)]);
    expect([careful.ran, trusting.ran]).toEqual([[], [1]]);
    const traced = { ...job, settings: { ...job.settings, trace: 'phones.csv' } };
    expect(await runAll(runner, [traced])).toMatchObject([{ status: 'failed', error: { code: 'settings' } }]);
  });

  test('Redis is stopped in the middle and comes back with nothing: both sides wait and go on', async () => {
    const server = await RedisServer.start();
    const { url } = server;
    const jobs = jobsOf(6);
    const gates = [gate(), gate()] as const;
    const scripted = new ScriptedRunner(async job => {
      await gates[job.settings.seed - 1]?.opened;
      return resultOf(job);
    });
    const worker = await startWorker(url, scripted);
    const { runner, said } = await startRunner(url);
    let offers = 0;
    const started = (): void => {
      // The second job, again, while it is still done.
      if (++offers === 2) gates[1].open();
    };
    const asked = Promise.all(jobs.map((job, n) => runner.run(job, hooksOf(n === 1 ? { started } : {}))));
    await worker.said.until(/seed-2-\w+ begins/);
    await server.stop();
    await Promise.all([said.until(/is away; waiting/), worker.said.until(/is away; waiting/)]);
    gates[0].open();
    await server.start();
    expect(await asked).toEqual(jobs.map(resultOf));
    // What was at hand when Redis forgot it was not begun again.
    expect(scripted.ran.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(said.sentences.filter(sentence => /away|back/.test(sentence))).toEqual([
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is away; waiting for it$/),
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is back$/),
    ]);
  });

  test('Redis is gone for good: both sides end with a sentence', async () => {
    const server = await RedisServer.start();
    const times = { ...QUICK, patienceMs: 0 };
    const worker = await startWorker(server.url, new ScriptedRunner(() => new Promise(() => {})), { times });
    const { runner } = await startRunner(server.url, { times });
    const begun = gate();
    const asked = runner.run(jobOf(), hooksOf({ started: begun.open }));
    await begun.opened;
    const told = expect(asked).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+ has been away .*Start it/);
    await server.stop();
    await told;
    await expect(worker.end()).rejects.toThrow(/has been away/);
    await expect(runner.run(jobOf(), hooksOf())).rejects.toThrow(/has been away/);
  });

  test('what does not come from Larder is refused by either side', async () => {
    const { url } = await RedisServer.start();
    const scripted = new ScriptedRunner();
    await startWorker(url, scripted);
    const { runner } = await startRunner(url);
    const job = jobOf();
    const foreign = runAll(runner, [Object.assign({ extra: true }, job)]);
    expect(await foreign).toMatchObject([{ status: 'failed', error: { message: /no job of Larder/ } }]);
    expect(scripted.ran).toEqual([]);
    const client = new Redis(url);
    onTestFinished(() => client.disconnect());
    await client.set(`${PREFIX}:${CODE}:result:${jobId(job)}`, 'no result');
    expect(await runAll(runner, [job])).toMatchObject([{ status: 'failed', error: { message: /cannot be read/ } }]);
    expect(await runAll(runner, [job])).toEqual([resultOf(job)]);
  });

  test('a job that its workers do not survive fails after some of them', async () => {
    const { url } = await RedisServer.start();
    const { runner } = await startRunner(url);
    const asked = runAll(runner, [jobOf()]);
    const lost = { lockDuration: 100, stalledInterval: 50, skipLockRenewal: true, maxStalledCount: DEATHS };
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    onTestFinished(() => connection.disconnect());
    for (let death = 0; death <= DEATHS; death++) {
      await new Promise<void>(begun => {
        const takes = (): Promise<void> => {
          begun();
          return new Promise(() => {});
        };
        const worker = new Worker(CODE, takes, { connection, prefix: PREFIX, ...lost });
        worker.on('error', () => {});
        void asked.then(() => begun());
        onTestFinished(() => worker.close(true));
      });
    }
    const survivor = new ScriptedRunner();
    await startWorker(url, survivor);
    const message = expect.stringMatching(/^5 workers were lost while they did it.*--parallel/);
    expect(await asked).toEqual([{ status: 'failed', error: { code: 'process', message } } satisfies JobOutcome]);
    expect(survivor.ran).toEqual([]);
  });
});
