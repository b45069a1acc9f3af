import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { learnerDefinitions } from '../../../shared/learners/index.ts';
import { planText } from '../../../simulations/cli/plan-text.ts';
import { type Job, jobId, jobName } from '../../../simulations/compare/job.ts';
import { loadLearners } from '../../../simulations/compare/learners.ts';
import { type FoundData, type Plan, planOf } from '../../../simulations/compare/plan.ts';
import { pointName } from '../../../simulations/compare/point-name.ts';
import type { DataFacts } from '../../../simulations/compare/runner.ts';
import { type StudyOptions, studyOf } from '../../../simulations/compare/study.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';
import { codeVersion } from '../../../simulations/version.ts';
import { asked } from './study-support.ts';

function facts(name: string, items = 120): DataFacts {
  return { name, users: 60, items, interactions: 900, hash: `hash of ${name}` };
}

function plan(options: StudyOptions, found?: FoundData): Plan {
  const given = asked(options);
  return planOf(given, found ?? new Map(given.study.data.map(spec => [spec, facts(spec)])), () => {});
}

/** Points by name, with their jobs' folders. */
function named(options: StudyOptions) {
  const { study } = asked(options);
  return plan(options).points.map(point => [pointName(point, study).name, point.jobs.map(jobName)] as const);
}

const MF: StudyOptions = { data: 'synthetic:tiny', learners: 'mf', baselines: 'none' };

describe('the points of a study', () => {
  it('are all combinations, each with a run of every seed in the settings that simulate would take', () => {
    const { points } = plan({
      ...MF,
      epsilon: [2, 'none'],
      clipNorm: ['none', 0.5],
      seeds: [4, 9],
      vary: { 'mf.dimension': [5] },
    });
    const common = { data: 'synthetic:tiny', learner: 'mf', learnerOptions: { dimension: 5 }, baselines: [] };
    const expected = [{ epsilon: 2 }, { epsilon: 2, clipNorm: 0.5 }, {}, { clipNorm: 0.5 }].map(privacy =>
      [4, 9].map(
        (seed): Job => ({
          kind: 'run',
          settings: simulateSettings({ ...common, privacy, seed }),
          measures: [],
          dataHash: 'hash of synthetic:tiny',
          code: codeVersion(),
        }),
      ),
    );
    expect(points.filter(({ baseline }) => baseline === null).map(({ jobs }) => jobs)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(points[1]!.jobs))).toEqual(JSON.parse(JSON.stringify(expected[0])));
  });

  it('share a run without noise, whoever is trusted and whatever the noise would have been', () => {
    const options: StudyOptions = {
      ...MF,
      trust: ['central', 'local'],
      epsilon: [1, 'none'],
      seeds: [1],
      vary: { delta: [1e-6, 1e-5], adjacency: 'replace-one' },
    };
    const points = named(options).slice(1);
    expect(points.map(([name]) => name)).toEqual([
      'mf, federated, central, epsilon 1, delta 0.000001',
      'mf, federated, central, epsilon 1, delta 0.00001',
      'mf, federated, central, no noise, delta 0.000001',
      'mf, federated, central, no noise, delta 0.00001',
      'mf, federated, local, epsilon 1, delta 0.000001',
      'mf, federated, local, epsilon 1, delta 0.00001',
      'mf, federated, local, no noise, delta 0.000001',
      'mf, federated, local, no noise, delta 0.00001',
    ]);
    const jobs = points.map(([, [job]]) => job!);
    expect(new Set([2, 3, 6, 7].map(at => jobs[at])).size).toBe(1);
    expect(new Set(jobs).size).toBe(5);
    expect(plan(options).jobs).toHaveLength(6);
  });

  it('without noise leave out a sampling that amplifies, and an adaptive clip norm', () => {
    const options: StudyOptions = {
      ...MF,
      epsilon: [1, 'none'],
      seeds: [1],
      vary: { sampling: ['poisson'], clipQuantile: [0.5], 'mf.rounds': 3 },
    };
    const [, noised, free] = plan(options).points;
    expect(noised!.jobs[0]!.settings.privacy).toMatchObject({ sampling: 'poisson', clipQuantile: 0.5 });
    expect(free!.jobs[0]!.settings.privacy).toMatchObject({ sampling: 'none' });
    expect(free!.jobs[0]!.settings.privacy.clipQuantile).toBeUndefined();
  });

  it("have only the options of their own learner, and all of Larder's learners where none is named", () => {
    const { points } = plan({ vary: { 'mf.dimension': [8, 16] }, seeds: [1], baselines: 'none' });
    const runs = points.filter(({ baseline }) => baseline === null);
    expect(runs).toHaveLength(learnerDefinitions.size + 1);
    expect(runs.filter(({ settings }) => 'mf.dimension' in settings).map(({ learner }) => learner)).toEqual([
      'mf',
      'mf',
    ]);
  });

  it('that cannot be say why, and the others are there', () => {
    const { points } = plan({
      ...MF,
      trust: ['central', 'local'],
      epsilon: 1,
      seeds: [1, 2],
      set: { sampling: 'poisson' },
    });
    const [, central, local] = points;
    expect(central!.jobs).toHaveLength(2);
    expect(local).toMatchObject({
      jobs: [],
      seeds: [1, 2],
      impossible: { code: 'settings', message: expect.stringMatching(/^Sampling amplifies privacy only where/) },
    });
  });

  it('have no jobs where their data are missing', () => {
    const missing = { code: 'data', message: 'There is no file a.csv.' };
    const { points, jobs } = plan(
      { ...MF, data: ['csv:a.csv', 'synthetic'], seeds: [1] },
      new Map<string, DataFacts | typeof missing>([
        ['csv:a.csv', missing],
        ['synthetic', facts('synthetic')],
      ]),
    );
    expect(points.map(({ data, baseline, impossible }) => [data, baseline, impossible])).toEqual([
      ['csv:a.csv', null, missing],
      ['synthetic', 'popularity', undefined],
      ['synthetic', null, undefined],
    ]);
    expect(jobs).toHaveLength(2);
  });

  it.each([
    { options: { learners: ['mf', 'knn'] }, says: /learner knn. .*no learner "knn"/ },
    { options: { learners: ['mf'], set: { 'popularity.clipNorm': 3 } }, says: /"popularity.clipNorm".*mf.option/ },
    { options: { learners: ['mf', 'ease'], set: { 'mf.dimensions': 3 } }, says: /mf.dimensions 3. .*\n.*dimensions/ },
    { options: { learners: ['mf'], vary: { 'mf.dimension': [8, -8] } }, says: /mf.dimension -8/ },
    { options: { learners: ['mf'], epsilon: [1, 'none'] as const, vary: { delta: [0.1, 2] } }, says: /delta 2/ },
    { options: { learners: ['mf'], vary: { transport: 'websocket' } }, says: /"transport" is no setting/ },
    { options: { epsilon: 1, vary: { noiseMultiplier: [1] } }, says: /either epsilon/ },
    { options: { epsilon: 1, vary: { cohortCap: [100] } }, says: /cohortCap 100. .*Poisson/ },
  ])('are refused where nothing could be done with a value: $options', ({ options, says }) => {
    expect(() => plan({ data: 'synthetic:tiny', ...options })).toThrow(SettingsError);
    expect(() => plan({ data: 'synthetic:tiny', ...options })).toThrow(says);
  });

  it('of a learner of a file carry its name and where it is from, and have no pooled twin', async () => {
    const path = fileURLToPath(new URL('../../../simulations/examples/neumf.ts', import.meta.url));
    const learners = await loadLearners([path], 'cpu', () => {});
    const options = { data: 'synthetic:tiny', learners: path, seeds: 7, set: { [`${path}.rounds`]: 3 } };
    const study = studyOf({ from: 'the test', options });
    const { points } = planOf({ study, learners }, new Map([['synthetic:tiny', facts('tiny')]]), () => {});
    expect(points.map(({ baseline }) => baseline)).toEqual(['popularity', 'ease', null]);
    const { settings } = points[2]!.jobs[0]!;
    expect(points[2]!.learner).toMatch(/^neumf@/);
    expect(settings.learner).toBe(points[2]!.learner);
    expect(settings.learnerFile).toEqual({ path, backend: 'cpu' });
    expect(settings.learnerOptions).toMatchObject({ rounds: 3 });
  });
});

describe('the baselines of a study', () => {
  it('stand once for what they depend on, with the first seed', () => {
    const { points } = plan({
      data: ['synthetic:tiny', 'synthetic'],
      learners: ['popularity', 'mf'],
      trust: ['central', 'local'],
      epsilon: [1, 'none'],
      seeds: [4, 9],
      holdout: ['last-item', 'last-basket'],
      vary: { 'mf.dimension': [8, 16] },
    });
    const found = points.flatMap(({ data, baseline, learner, settings, jobs }) =>
      baseline === null ? [] : [[data, baseline, learner, Object.values(settings).join(' '), jobs[0]!.settings.seed]],
    );
    const ofOne = (data: string) => [
      [data, 'popularity', null, 'last-item', 4],
      [data, 'popularity', null, 'last-basket', 4],
      [data, 'ease', null, 'last-item', 4],
      [data, 'ease', null, 'last-basket', 4],
      [data, 'pooled', 'mf', 'last-item 8', 4],
      [data, 'pooled', 'mf', 'last-item 16', 4],
      [data, 'pooled', 'mf', 'last-basket 8', 4],
      [data, 'pooled', 'mf', 'last-basket 16', 4],
    ];
    expect(found).toEqual([...ofOne('synthetic:tiny'), ...ofOne('synthetic')]);
  });

  it('measure the cold start of popularity alone', () => {
    const { points } = plan({ data: 'synthetic:tiny', learners: 'mf', measure: ['cold-start', 'cost'] });
    expect(points.map(({ baseline, jobs }) => [baseline, jobs[0]!.measures])).toEqual([
      ['popularity', ['cold-start']],
      ['ease', []],
      ['pooled', []],
      [null, ['cold-start', 'cost']],
    ]);
  });

  it('leave EASE out of a large catalogue unless it is asked for', () => {
    const found = new Map([['synthetic', facts('synthetic', 6_001)]]);
    const baselines = (options: StudyOptions) =>
      plan({ data: 'synthetic', learners: 'mf', ...options }, found).points.flatMap(({ baseline }) => baseline ?? []);
    expect(baselines({})).toEqual(['popularity', 'pooled']);
    expect(baselines({ baselines: 'ease' })).toEqual(['popularity', 'ease']);
  });
});

describe('the jobs of a study', () => {
  it('are printed, and what cannot be', () => {
    const options: StudyOptions = {
      ...MF,
      trust: ['central', 'local'],
      epsilon: 8,
      seeds: 5,
      vary: { sampling: ['none', 'poisson'] },
    };
    const lines = planText(plan(options), asked(options).study).split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^synthetic-baseline-popularity-\w{8}$/),
      expect.stringMatching(/^synthetic-mf-central-epsilon-8-seed-5-\w{8}$/),
      expect.stringMatching(/^synthetic-mf-central-epsilon-8-seed-5-\w{8}$/),
      expect.stringMatching(/^synthetic-mf-local-epsilon-8-seed-5-\w{8}$/),
      expect.stringMatching(/^cannot be: mf, federated, local, sampling poisson: Sampling amplifies/),
      '4 jobs for 5 points',
    ]);
  });

  it('are in the order of the data that they share, then of the seeds, each once', () => {
    const { jobs } = plan({
      data: ['synthetic:tiny', 'synthetic'],
      learners: ['popularity', 'mf'],
      holdout: ['last-item', 'last-basket'],
      seeds: [9, 4],
      baselines: 'none',
    });
    expect(jobs.map(({ settings: { data, holdout, seed } }) => `${data} ${holdout} ${seed}`)).toEqual(
      ['synthetic:tiny', 'synthetic'].flatMap(data =>
        ['last-item', 'last-basket'].flatMap(holdout =>
          // Popularity as a baseline, then both learners.
          [9, 9, 9, 4, 4].map(seed => `${data} ${holdout} ${seed}`),
        ),
      ),
    );
    expect(new Set(jobs.map(jobId)).size).toBe(jobs.length);
    expect(new Set(jobs.map(jobName)).size).toBe(jobs.length);
  });
});
