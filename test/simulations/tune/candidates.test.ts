import { describe, expect, it } from 'vitest';
import { builtInLearners } from '../../../simulations/compare/learners.ts';
import { studyOf } from '../../../simulations/compare/study.ts';
import { candidatesOf } from '../../../simulations/tune/candidates.ts';
import { simulateCommandLine } from '../../../simulations/tune/command.ts';

const candidates = (options: object) => candidatesOf(studyOf({ from: 'test', options }), builtInLearners);

describe('candidates', () => {
  it('are all combinations of what varies, each with what is fixed', () => {
    const found = candidates({
      learners: ['mf'],
      vary: { 'mf.dimension': [4, 8], clipNorm: [0.5, 1, 2] },
      set: { 'mf.rounds': 3 },
    });
    expect(found).toHaveLength(6);
    expect(found[1]).toMatchObject({ learner: 'mf', varied: { 'mf.dimension': 4, clipNorm: 1 } });
    expect(found[5]!.settings).toMatchObject({
      learnerOptions: { dimension: 8, rounds: 3 },
      privacy: { clipNorm: 2 },
    });
  });

  it("of several learners have each learner's own options, and the same settings once", () => {
    const found = candidates({ learners: ['mf', 'popularity'], vary: { 'mf.dimension': [4, 8], sampling: ['none'] } });
    expect(found.map(({ learner, varied }) => [learner, varied])).toEqual([
      ['mf', { 'mf.dimension': 4 }],
      ['mf', { 'mf.dimension': 8 }],
      ['popularity', {}],
    ]);
    const twice = candidates({ learners: ['mf'], vary: { 'mf.dimension': [4, 8], sampling: ['poisson', 'none'] } });
    expect(twice).toHaveLength(2);
  });

  it.each([
    [{ learners: ['mf'] }, /nothing to choose/],
    [{ learners: ['mf'], epsilon: [1, 2] }, /epsilon is part of the promise/],
    [{ learners: ['mf'], holdout: ['last-item', 'last-basket'] }, /part of the promise or of the measure/],
    [{ learners: ['mf'], vary: { 'ease.lambda': [1, 2] } }, /no setting, and an option of no/],
    [{ learners: ['mf'], vary: { 'mf.dimension': [4, -8] } }, /dimension/],
  ])('refuses %j', (options, message) => {
    expect(() => candidates(options)).toThrow(message);
  });
});

it('tells a shell how to run one', () => {
  const [, candidate] = candidates({
    learners: ['mf'],
    epsilon: 2,
    cohort: 200,
    vary: { 'mf.dimension': [4, 8], clipNorm: 1 },
  });
  expect(simulateCommandLine("csv:o'clock $data.csv", candidate!)).toBe(
    String.raw`npx larder simulate --data 'csv:o'\''clock $data.csv' --learner mf --trust central --epsilon 2 --cohort 200 --set dimension=8 --clip-norm 1`,
  );
  expect(simulateCommandLine(undefined, candidate!)).toMatch(/--data DATA /);
});
