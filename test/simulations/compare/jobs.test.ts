import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { learnerDefinitions } from '../../../shared/learners/index.ts';
import { runJobs, withBaselines } from '../../../simulations/compare/jobs.ts';
import { loadLearners } from '../../../simulations/compare/learners.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';

describe('the runs of a comparison', () => {
  it('are those of each learner with each seed, in the settings that simulate would take', () => {
    const jobs = runJobs({
      data: 'synthetic:tiny',
      learners: ['mf', 'popularity'],
      seeds: [4, 9],
      set: { 'mf.dimension': 5, 'popularity.clipNorm': 2 },
    });
    expect(jobs.map(({ name, contender, kind }) => [name, contender, kind])).toEqual([
      ['mf-seed-4', 'mf, federated', 'run'],
      ['mf-seed-9', 'mf, federated', 'run'],
      ['popularity-seed-4', 'popularity, federated', 'run'],
      ['popularity-seed-9', 'popularity, federated', 'run'],
    ]);
    const common = { data: 'synthetic:tiny', baselines: [] };
    expect(jobs.map(({ settings }) => settings)).toEqual([
      simulateSettings({ ...common, learner: 'mf', seed: 4, learnerOptions: { dimension: 5 } }),
      simulateSettings({ ...common, learner: 'mf', seed: 9, learnerOptions: { dimension: 5 } }),
      simulateSettings({ ...common, learner: 'popularity', seed: 4, learnerOptions: { clipNorm: 2 } }),
      simulateSettings({ ...common, learner: 'popularity', seed: 9, learnerOptions: { clipNorm: 2 } }),
    ]);
    expect(JSON.parse(JSON.stringify(jobs))).toEqual(jobs);
  });

  it('are of every learner with three seeds unless something else is said', () => {
    const learners = [...learnerDefinitions.keys()];
    const expected = learners.flatMap(learner => [1, 2, 3].map(seed => [learner, seed]));
    expect(runJobs({}).map(({ settings: { learner, seed } }) => [learner, seed])).toEqual(expected);
  });

  it.each([
    { options: { learners: ['mf', 'knn'] }, says: /no learner "knn"/ },
    { options: { learners: ['mf', 'mf'] }, says: /--learners has mf twice/ },
    { options: { learners: [] }, says: /Give --learners/ },
    { options: { seeds: [1, 2, 1] }, says: /--seeds has 1 twice/ },
    { options: { seeds: [] }, says: /Give --seeds/ },
    { options: { learners: ['mf'], set: { 'popularity.clipNorm': 3 } }, says: /"popularity.clipNorm".*mf.option/ },
    { options: { learners: ['mf'], set: { 'mf.dimensions': 3 } }, says: /dimensions/ },
  ])('are refused with $options', ({ options, says }) => {
    expect(() => runJobs(options)).toThrow(SettingsError);
    expect(() => runJobs(options)).toThrow(says);
  });
});

describe('a learner of a file', () => {
  it('is called by its path, and compared under its own name without a pooled twin', async () => {
    const path = fileURLToPath(new URL('../../../simulations/examples/neumf.ts', import.meta.url));
    const learners = await loadLearners(['popularity', path], 'cpu', () => {});
    const options = { learners: ['popularity', path], seeds: [7], set: { [`${path}.rounds`]: 3 } };
    const [, run] = runJobs(options, learners);
    const { learner, learnerFile, learnerOptions } = run!.settings;
    expect(learner).toMatch(/^neumf@/);
    expect(learnerFile).toEqual({ path, backend: 'cpu' });
    expect(learnerOptions).toMatchObject({ rounds: 3 });
    expect(run!.contender).toBe(`${learner}, federated`);
    expect(withBaselines([run!], ['pooled']).map(({ contender }) => contender)).toEqual([
      'popularity, pooled',
      `${learner}, federated`,
    ]);
  });
});

describe('the baselines of a comparison', () => {
  const runs = runJobs({ learners: ['popularity', 'mf'], seeds: [4, 9] });

  it('stand once among the runs', () => {
    const jobs = withBaselines(runs, ['ease', 'pooled', 'popularity']);
    expect(jobs.map(({ contender, settings: { seed, baselines } }) => [contender, seed, baselines])).toEqual([
      ['popularity, pooled', 4, ['popularity']],
      ['popularity, federated', 4, []],
      ['popularity, federated', 9, []],
      ['mf, federated', 4, []],
      ['mf, federated', 9, []],
      ['mf, pooled', 4, ['pooled']],
      ['EASE, pooled', 4, ['ease']],
    ]);
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
    expect(jobs.map(({ name }) => name).join()).toMatch(/^[\w,.-]+$/);
  });

  it('are popularity alone where none are asked for', () => {
    expect(withBaselines(runs, []).filter(({ kind }) => kind === 'baseline')).toMatchObject([
      { contender: 'popularity, pooled' },
    ]);
  });
});
