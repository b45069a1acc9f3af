import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { DataFacts, JobOutcome } from '../../../../simulations/compare/runner.ts';
import { Workbench } from '../../../../simulations/compare/workbench.ts';
import { readJson, runCli, startCli, temporaryFolder } from '../../../support/cli.ts';
import { describeWithRedis, RedisServer } from '../../../support/redis.ts';
import { CODE, jobOf, listener, runAll, type Said, startRunner } from './stage.ts';

const WORKER = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

/** A worker in a process of its own, and what it says. */
function startProcess(url: string): Said & { kill: () => Promise<void> } {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), WORKER, url, CODE], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const said = listener();
  createInterface({ input: child.stderr }).on('line', said.say);
  return { ...said, kill };
}

function filesOf(outcomes: readonly JobOutcome[]): unknown[] {
  return outcomes.map(outcome => (outcome.status === 'done' ? outcome.files : outcome));
}

describeWithRedis('workers in processes', () => {
  test('one is killed in the middle: the files are the same as without Redis, byte for byte', async () => {
    const { url } = await RedisServer.start();
    const bench = new Workbench(0);
    const hooks = { signal: new AbortController().signal, progress: () => {}, notice: () => {} };
    const { hash } = (await bench.describe(jobOf().settings, hooks)) as DataFacts;
    const job = (options: Parameters<typeof jobOf>[0]): ReturnType<typeof jobOf> => jobOf(options, { dataHash: hash });
    const jobs = [
      job({ learner: 'mf', learnerOptions: { rounds: 5 }, seed: 1 }),
      job({ learner: 'ease', privacy: { epsilon: 4 }, evaluateEvery: 1 }),
      job({ privacy: { epsilon: 2, trust: 'local' } }),
    ];
    const expected: JobOutcome[] = [];
    for (const one of jobs) expected.push(await bench.run(one, hooks));
    const victim = startProcess(url);
    const { runner } = await startRunner(url);
    const asked = runAll(runner, jobs);
    await victim.until(/ begins$/);
    await victim.kill();
    const heir = startProcess(url);
    await heir.until(/has lost its worker, and is offered again/);
    expect(filesOf(await asked)).toEqual(filesOf(expected));
    expect(expected.map(({ status }) => status)).toEqual(jobs.map(() => 'done'));
  });

  test('larder compare has its jobs done by larder worker, which ends politely', async () => {
    const { url } = await RedisServer.start();
    const out = join(temporaryFolder(), 'study');
    const worker = startCli('worker', '--redis', url, '--parallel', '1', '--json');
    const study = ['--data', 'synthetic:users=60,items=40', '--learners', 'popularity', '--seeds', '1,2', '--out', out];
    const { status, stdout } = await runCli('compare', ...study, '--baselines', 'none', '--redis', url, '--json');
    worker.child.kill('SIGINT');
    expect(status).toBe(0);
    expect(readJson(out, 'comparison.json')).toEqual(JSON.parse(stdout));
    expect(readdirSync(join(out, 'runs'))).toHaveLength(3);
    const ended = await worker.result;
    expect({ status: ended.status, ...(JSON.parse(ended.stdout) as object) }).toMatchObject({ status: 0, done: 3 });
  });
});
