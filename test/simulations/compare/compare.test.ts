import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compare } from '../../../simulations/compare/compare.ts';
import { type Job, jobName } from '../../../simulations/compare/job.ts';
import type { JobOutcome, Runner } from '../../../simulations/compare/runner.ts';
import type { StudyOptions } from '../../../simulations/compare/study.ts';
import { StudyFolder } from '../../../simulations/compare/study-folder.ts';
import { RunFolder } from '../../../simulations/runs/run-folder.ts';
import { simulate } from '../../../simulations/simulate/simulate.ts';
import { codeVersion } from '../../../simulations/version.ts';
import { readJson, temporaryFolder } from '../../support/cli.ts';
import { asked, BenchRunner, filesIn, Watch } from './study-support.ts';

const TINY: StudyOptions = {
  study: 'tiny',
  question: 'Does it work?',
  data: 'synthetic:tiny',
  learners: ['popularity', 'mf'],
  epsilon: [8, 'none'],
  seeds: [3, 5],
  baselines: ['pooled'],
  set: { 'mf.rounds': 3, delta: 1e-3 },
};

const POPULARITY: StudyOptions = { ...TINY, learners: 'popularity', baselines: 'none', set: { delta: 1e-3 } };

interface Circumstances {
  readonly runner?: Runner;
  readonly path?: string;
  readonly watch?: Watch;
  readonly mixVersions?: boolean;
}

async function study(
  options = TINY,
  { runner = new BenchRunner(), path = temporaryFolder(), watch = new Watch(), mixVersions }: Circumstances = {},
) {
  const folder = new StudyFolder(path);
  try {
    return { comparison: await compare(asked(options), folder, runner, watch, mixVersions), path, watch };
  } finally {
    folder.close();
  }
}

/** In place of the jobs that `which` names. */
function failing(which: (job: Job) => boolean, error = { code: 'settings', message: 'It fails.' }): BenchRunner {
  return new BenchRunner((job): JobOutcome | undefined => (which(job) ? { status: 'failed', error } : undefined));
}

const isMf = ({ kind, settings }: Job): boolean => kind === 'run' && settings.learner === 'mf';

describe('a study', () => {
  it('keeps the files of each job, and points made of them', async () => {
    const { comparison, path, watch } = await study();
    const { jobs, points } = watch.plan!;
    expect(Object.keys(filesIn(path))).toEqual(
      [
        'comparison.json',
        'points.csv',
        'points.jsonl',
        'study.json',
        ...jobs.flatMap(job =>
          ['config.json', 'result.json', 'rounds.jsonl', 'users.csv'].map(file => join('runs', jobName(job), file)),
        ),
      ].sort(),
    );
    expect(comparison).toEqual(readJson(path, 'comparison.json'));
    expect(comparison).toMatchObject({
      study: 'tiny',
      question: 'Does it work?',
      status: 'finished',
      code: [codeVersion()],
      data: [{ spec: 'synthetic:tiny', users: 60, items: 120 }],
      missing: [],
    });
    expect(comparison.points.map(({ runs }) => runs)).toEqual(points.map(point => point.jobs.map(jobName)));
    const lines = readFileSync(join(path, 'points.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual(comparison.points);
    const timed = readFileSync(join(path, 'timing.jsonl'), 'utf8').trim().split('\n');
    expect(timed.map(line => (JSON.parse(line) as { job: string }).job)).toEqual(jobs.map(jobName));
  });

  it('has points whose figures are the means of what simulate finds', async () => {
    const { comparison, watch } = await study();
    const point = comparison.points.find(
      ({ learner, epsilon, baseline }) => learner === 'mf' && epsilon === 8 && !baseline,
    )!;
    const { jobs } = watch.plan!.points.find(({ settings, learner }) => learner === 'mf' && settings.epsilon === 8)!;
    const hooks = { signal: watch.signal, progress: () => {}, notice: () => {} };
    const alone = [];
    for (const { settings } of jobs) {
      alone.push(await simulate('alone', settings, new RunFolder(temporaryFolder()), hooks));
    }
    const [a, b] = alone.map(({ metrics }) => metrics!);
    expect(point.seeds).toEqual([3, 5]);
    expect(point.metrics.full.mrr).toBe((a!.full.mrr + b!.full.mrr) / 2);
    expect(point.quality['ndcg@10'].mean).toBeCloseTo((a!.full['ndcg@10'] + b!.full['ndcg@10']) / 2, 12);
    expect(point.quality['ndcg@10'].low).toBeLessThan(point.quality['ndcg@10'].mean);
    expect(point.federated!.rounds).toBe(3);
    expect(point.federated!.privacy).toEqual(alone[0]!.privacy);
    expect(point.users).toBe(56);
    const groups = point.historyLength;
    const total = groups.reduce((sum, group) => sum + group.users * group['ndcg@10'], 0);
    expect(total / point.users).toBeCloseTo(point.quality['ndcg@10'].mean, 12);
  });

  it('takes differences from the same without noise, or what it is told', async () => {
    const path = temporaryFolder();
    const to = async (against?: string) => {
      const { comparison } = await study({ ...TINY, ...(against && { against }) }, { path: join(path, `${against}`) });
      return comparison.points.map(({ name, difference }) => [name, difference?.to ?? null]);
    };
    const baselines = [
      ['popularity, pooled', null],
      ['mf, pooled', null],
    ];
    expect(await to()).toEqual([
      ...baselines,
      ['popularity, federated, epsilon 8', 'popularity, federated, no noise'],
      ['popularity, federated, no noise', null],
      ['mf, federated, epsilon 8', 'mf, federated, no noise'],
      ['mf, federated, no noise', null],
    ]);
    expect(await to('pooled')).toEqual([
      ...baselines,
      ['popularity, federated, epsilon 8', null],
      ['popularity, federated, no noise', null],
      ['mf, federated, epsilon 8', 'mf, pooled'],
      ['mf, federated, no noise', 'mf, pooled'],
    ]);
    expect(await to('learner=popularity')).toEqual([
      ...baselines,
      ['popularity, federated, epsilon 8', null],
      ['popularity, federated, no noise', null],
      ['mf, federated, epsilon 8', 'popularity, federated, epsilon 8'],
      ['mf, federated, no noise', 'popularity, federated, no noise'],
    ]);
    await expect(to('learner=ease')).rejects.toThrow(/against "learner=ease": the study has no learner ease/);
  });

  it('without noise at all takes differences from popularity, which runs as popularity come to', async () => {
    const { comparison } = await study({ ...TINY, epsilon: 'none' });
    const [, , federated, mf] = comparison.points;
    expect(federated!.difference).toMatchObject({
      to: 'popularity, pooled',
      'ndcg@10': { mean: 0, low: 0, high: 0 },
      ratio: { mean: 1 },
    });
    expect(mf!.difference!.to).toBe('popularity, pooled');
  });

  it('goes on where it was, and ends with the same bytes in whatever order jobs end', async () => {
    const whole = await study();
    // The first process stops in the middle, and leaves a file and a folder half written.
    const path = temporaryFolder();
    const controller = new AbortController();
    const watch = new Watch(controller.signal);
    const stopping = new BenchRunner(job => {
      if (!isMf(job)) return undefined;
      controller.abort();
      return { status: 'stopped' };
    });
    const { comparison } = await study(TINY, { path, runner: stopping, watch });
    expect(comparison.status).toBe('interrupted');
    expect(comparison.missing.every(({ reason, error }) => reason === 'unfinished' && error === null)).toBe(true);
    writeFileSync(join(path, 'runs', '.partial-x'), 'half');
    writeFileSync(join(path, '.partial-points.csv'), 'half');
    const done = stopping.ran.slice(0, -1);
    expect(done.length).toBeGreaterThan(1);

    const backwards = new BenchRunner();
    const runLater: (() => void)[] = [];
    const runner: Runner = {
      describe: data => backwards.describe(data),
      close: () => backwards.close(),
      run: (job, hooks) =>
        new Promise(resolve => {
          runLater.unshift(() => resolve(backwards.run(job, hooks)));
          queueMicrotask(() => runLater.shift()?.());
        }),
    };
    const rest = await study(TINY, { path, runner });
    expect(rest.watch.before).toHaveLength(done.length);
    expect([...done, ...backwards.ran].sort()).toEqual(whole.watch.plan!.jobs.map(jobName).sort());
    expect(filesIn(path)).toEqual(filesIn(whole.path));
  });

  it('tells of a job that fails, does the others, and tries it again', async () => {
    const path = temporaryFolder();
    const isSeed = (seed: number) => (job: Job) => isMf(job) && job.settings.seed === seed;
    const { comparison, watch } = await study(TINY, { path, runner: failing(isSeed(5)) });
    expect(comparison.status).toBe('finished');
    expect(comparison.missing).toMatchObject(
      [8, null].map(epsilon => ({
        reason: 'failed',
        learner: 'mf',
        epsilon,
        seeds: [5],
        error: { code: 'settings', message: 'It fails.' },
      })),
    );
    expect(
      comparison.points.filter(({ learner, baseline }) => learner === 'mf' && !baseline).map(({ seeds }) => seeds),
    ).toEqual([[3], [3]]);
    const failed = watch.events.filter(event => event.startsWith('failed')).map(event => event.slice('failed '.length));
    expect(failed).toHaveLength(2);
    for (const name of failed) {
      expect(readJson(path, 'failed', `${name}.json`)).toMatchObject({ error: { message: 'It fails.' } });
    }
    const again = await study(TINY, { path });
    expect(again.watch.events.filter(event => event.startsWith('started'))).toEqual(
      failed.map(name => `started ${name}`),
    );
    expect(filesIn(path)).toEqual(filesIn((await study()).path));
  });

  it('does what it can where data are missing or settings exclude each other', async () => {
    const { comparison } = await study({
      ...POPULARITY,
      data: ['csv:nowhere.csv', 'synthetic:tiny'],
      trust: ['central', 'local'],
      cohort: [61, 'none'],
      epsilon: 8,
      seeds: 3,
      vary: { sampling: ['poisson', 'none'] },
    });
    expect(comparison.data[0]).toMatchObject({ spec: 'csv:nowhere.csv', error: { code: 'data' } });
    const missing = comparison.missing.map(({ data, reason, trust, cohort, settings, error }) => ({
      data,
      reason,
      trust,
      cohort,
      sampling: settings.sampling,
      says: error!.message.split(/[.,]/)[0],
    }));
    expect(missing.filter(({ data }) => data === 'csv:nowhere.csv')).toHaveLength(8);
    const noFile = missing.find(({ data }) => data === 'csv:nowhere.csv')!;
    expect(noFile).toMatchObject({ reason: 'data', says: 'There is no file nowhere' });
    const amplifies = 'Sampling amplifies privacy only where nobody sees who takes part';
    const tooMany = 'A cohort of 61 cannot be asked of 60 devices';
    const tiny = { data: 'synthetic:tiny' };
    expect(missing.filter(({ data }) => data === 'synthetic:tiny')).toEqual([
      { ...tiny, reason: 'failed', trust: 'central', cohort: 61, sampling: 'poisson', says: tooMany },
      { ...tiny, reason: 'failed', trust: 'central', cohort: 61, sampling: 'none', says: tooMany },
      { ...tiny, reason: 'impossible', trust: 'local', cohort: 61, sampling: 'poisson', says: amplifies },
      { ...tiny, reason: 'failed', trust: 'local', cohort: 61, sampling: 'none', says: tooMany },
      { ...tiny, reason: 'impossible', trust: 'local', cohort: null, sampling: 'poisson', says: amplifies },
    ]);
    expect(comparison.points.filter(({ baseline }) => baseline === null)).toHaveLength(3);
  });

  it('measures cold start and cost where asked', async () => {
    const { comparison } = await study({ ...TINY, epsilon: 'none', measure: ['cold-start', 'cost'] });
    const [popularity, pooled, federated, mf] = comparison.points;
    expect([popularity, pooled, federated, mf].map(point => point!.coldStart?.length)).toEqual([6, undefined, 6, 6]);
    expect(federated!.coldStart).toEqual(popularity!.coldStart);
    expect([popularity, pooled, federated, mf].map(point => point!.cost?.rounds)).toEqual([undefined, undefined, 1, 3]);
    expect(mf!.cost!.bytesPerRound).toEqual(mf!.federated!.bytesPerRound);
  });
});

describe('the folder of a study', () => {
  it('is not taken for another study, and tells what differs', async () => {
    const { path } = await study(POPULARITY);
    const other = (options: StudyOptions) => expect(study({ ...POPULARITY, ...options }, { path })).rejects;
    await other({ seeds: [3] }).toThrow(/holds another study: there seeds is \[3,5\], here \[3\]/);
    await other({ epsilon: 1 }).toThrow(/there epsilon is \[8,"none"\], here \[1\]/);
    await other({ clipNorm: 1 }).toThrow(/there clipNorm is nothing, here \[1\]/);
    await other({ data: 'synthetic' }).toThrow(/there data is \["synthetic:tiny"\]/);
    const again = await study({ ...POPULARITY, question: 'Another wording?' }, { path });
    expect(again.comparison.question).toBe('Another wording?');
  });

  it('is not taken for the same study if the data have changed, but is if they were missing', async () => {
    const file = join(temporaryFolder(), 'a.csv');
    const path = temporaryFolder();
    const options: StudyOptions = { data: `csv:${file}`, learners: 'popularity', seeds: 1, baselines: 'none' };
    const csv = (item: string): string =>
      ['user,item,time', ...[1, 2, 3, 4, 5].map(n => `u,${n === 3 ? item : n},${n}`)].join('\n');
    expect((await study(options, { path })).comparison.missing).toMatchObject([{ reason: 'data' }]);
    writeFileSync(file, csv('a'));
    expect((await study(options, { path })).comparison.missing).toEqual([]);
    writeFileSync(file, csv('b'));
    await expect(study(options, { path })).rejects.toThrow(
      /the content of csv:.* is another \(there \w{12}, here \w{12}\)/,
    );
  });

  it('does not mix results of two versions of the code unseen', async () => {
    const { path, comparison, watch } = await study(POPULARITY);
    const [first, second] = watch.plan!.jobs.map(jobName);
    const config = join(path, 'runs', first!, 'config.json');
    const text = readFileSync(config, 'utf8').replaceAll(codeVersion(), '0123456789ab');
    writeFileSync(config, text);
    rmSync(join(path, 'runs', second!), { recursive: true });
    await expect(study(POPULARITY, { path })).rejects.toThrow(
      /holds 1 runs of other code \(0123456789ab, and this is \w{12}\).*--mix-versions/,
    );
    const mixed = await study(POPULARITY, { path, mixVersions: true });
    expect(mixed.comparison.code).toEqual(['0123456789ab', codeVersion()].sort());
    expect(mixed.comparison.points.map(({ code }) => code.length)).toEqual(
      comparison.points.map(({ runs }) => (runs.includes(first!) && runs.length > 1 ? 2 : 1)),
    );
  });

  it('holds nothing else', () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'letter.txt'), 'Dear');
    expect(() => new StudyFolder(path)).toThrow(/holds something, and no study/);
    expect(() => new StudyFolder(join(path, 'letter.txt'))).toThrow(/cannot be made/);
  });

  it('belongs to one process at a time', () => {
    const path = join(temporaryFolder(), 'new');
    const folder = new StudyFolder(path);
    const lock = join(path, '.lock');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(String(process.pid), String(process.ppid)));
    expect(() => new StudyFolder(path)).toThrow(/is being worked on by process \d+ on .*delete .*lock/);
    // No process has that id.
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(String(process.ppid), '4194305'));
    new StudyFolder(path).close();
    writeFileSync(lock, '{"pid":1,"host":"another machine"}');
    expect(() => new StudyFolder(path)).toThrow(/process 1 on another machine/);
    folder.close();
    new StudyFolder(path).close();
  });
});
