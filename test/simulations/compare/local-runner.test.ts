import { expect, it, onTestFinished } from 'vitest';
import { type Job, jobName } from '../../../simulations/compare/job.ts';
import { LocalRunner } from '../../../simulations/compare/local-runner.ts';
import { type DataFacts, type JobHooks, RunnerClosedError } from '../../../simulations/compare/runner.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';
import { codeVersion } from '../../../simulations/version.ts';
import { BenchRunner } from './study-support.ts';

function runner(): LocalRunner {
  const local = new LocalRunner(1);
  onTestFinished(() => local.close());
  return local;
}

function job(hash: DataFacts['hash'], seed: number, rounds = 2, data = 'synthetic:tiny'): Job {
  const settings = simulateSettings({ data, learner: 'mf', learnerOptions: { rounds }, seed, baselines: [] });
  return { kind: 'run', settings, measures: [], dataHash: hash, code: codeVersion() };
}

function hooks(started: () => void = () => {}, signal = new AbortController().signal): JobHooks {
  return { signal, started, notice: () => {} };
}

const SPEC = simulateSettings({ data: 'synthetic:tiny' });

/** Rounds without end. */
const LONG = 100_000;

it('does jobs in a process as they are done here, and goes on when the process dies or a job is stopped', async () => {
  const local = runner();
  const here = new BenchRunner();
  const facts = (await local.describe(SPEC, () => {})) as DataFacts;
  expect(facts).toEqual(await here.describe(SPEC));
  expect(await local.describe({ ...SPEC, data: 'csv:nowhere.csv' }, () => {})).toEqual({
    code: 'data',
    message: expect.stringMatching(/no file nowhere.csv here, nor .*LARDER_DATA/),
  });

  // Its process is killed each time that it is begun.
  let begun = 0;
  const kill = (): void => {
    begun++;
    setImmediate(() => process.kill(local.pids[0]!, 'SIGKILL'));
  };
  const controller = new AbortController();
  const [deadly, stopped, done] = await Promise.all([
    local.run(job(facts.hash, 1, LONG), hooks(kill)),
    local.run(
      job(facts.hash, 2, LONG),
      hooks(() => setImmediate(() => controller.abort()), controller.signal),
    ),
    local.run(job(facts.hash, 3), hooks()),
  ]);
  expect(begun).toBe(2);
  expect(deadly).toEqual({
    status: 'failed',
    error: { code: 'process', message: expect.stringMatching(/process that did it ended \(SIGKILL\).*--parallel/) },
  });
  expect(stopped).toEqual({ status: 'stopped' });
  expect(done.status).toBe('done');
  if (done.status !== 'done') return;
  expect(await here.run(job(facts.hash, 3), hooks())).toMatchObject({ status: 'done', files: done.files });
  expect(done.timing).toMatchObject({ node: process.version, seconds: expect.any(Number) });
});

it('fails a job on data that are not those it was planned for', async () => {
  const outcome = await new BenchRunner().run(job('0'.repeat(64), 1), hooks());
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'data', message: /other data/ } });
});

it('takes first what is about the data that a process has, and ends what waits when it is closed', async () => {
  const local = runner();
  const facts = (await local.describe(SPEC, () => {})) as DataFacts;
  const order: string[] = [];
  const other = 'synthetic:users=60,items=50';
  const jobs = [
    job(facts.hash, 1, 2, other),
    job(facts.hash, 2),
    job(facts.hash, 3, 2, other),
    job(facts.hash, 4),
    job(facts.hash, 5, LONG),
  ];
  let closed: Promise<void> | undefined;
  const outcomes = await Promise.all(
    jobs.map(one =>
      local.run(
        one,
        hooks(() => {
          order.push(jobName(one));
          if (one === jobs[4]) closed = local.close();
        }),
      ),
    ),
  );
  await closed;
  expect(order).toEqual([jobs[1]!, jobs[3]!, jobs[4]!].map(jobName));
  expect(outcomes.map(({ status }) => status)).toEqual(['stopped', 'done', 'stopped', 'done', 'stopped']);
  await expect(local.run(jobs[0]!, hooks())).rejects.toThrow(RunnerClosedError);
});
