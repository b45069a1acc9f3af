import { expect, test } from 'vitest';
import { learnerDefinitions, learnerOptions } from '../../../shared/learners/index.ts';
import { simulateSettings } from '../../../simulations/simulate/settings.ts';

test('a learner has other defaults where sums carry noise', () => {
  expect(learnerOptions('mf')).toMatchObject({ clipNorm: 256 });
  expect(learnerOptions('mf', {}, learnerDefinitions, true)).toMatchObject({ clipNorm: 1, dimension: 32 });
  expect(learnerOptions('mf', { clipNorm: 7 }, learnerDefinitions, true)).toMatchObject({ clipNorm: 7 });
});

test('a run with noise begins with them, and says so in its settings', () => {
  const clipNormOf = (options: object): unknown =>
    simulateSettings({ learner: 'ease', ...options }).learnerOptions.clipNorm;
  expect(clipNormOf({})).toBe(2048);
  expect(clipNormOf({ privacy: { epsilon: 1 } })).toBe(1);
  expect(clipNormOf({ privacy: { noiseMultiplier: 1 } })).toBe(1);
  expect(clipNormOf({ privacy: { epsilon: 1 }, learnerOptions: { clipNorm: 3 } })).toBe(3);
});

test.each([...learnerDefinitions.values()])(
  'what $name takes under noise are options of it',
  ({ name, underNoise = {} }) => {
    expect(learnerOptions(name, {}, learnerDefinitions, true)).toMatchObject(underNoise);
  },
);
