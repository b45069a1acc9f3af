import { expect, test } from 'vitest';
import { compileRoundOptions, ROUND_DEFAULTS } from '../../../server/round/settings.ts';
import { SettingsError } from '../../../shared/errors.ts';

test('what is left out has its default', () => {
  const { recruitMs, trainMs, retryMs } = ROUND_DEFAULTS;
  expect(compileRoundOptions({ goal: 101 })).toEqual({
    goal: 101,
    expected: 101,
    minimum: 51,
    asked: 132,
    recruitMs,
    trainMs,
    retryMs,
    maxAbandoned: Infinity,
  });
});

test.each([
  [10, 1, 10],
  [10, 1.1, 11],
  [10, 1.11, 12],
  [3, 1.3, 4],
  [100, 1.3, 130],
])('a goal of %d, over-selected %d times, asks %d', (goal, overSelection, asked) => {
  expect(compileRoundOptions({ goal, overSelection }).asked).toBe(asked);
});

test.each([
  ['no goal', { goal: 0 }],
  ['a goal that is not whole', { goal: 2.5 }],
  ['a goal past exact sums', { goal: 2 ** 21 + 1 }],
  ['a minimum above the goal', { goal: 5, minimum: 6 }],
  ['no minimum', { goal: 5, minimum: 0 }],
  ['asking fewer than the goal', { goal: 5, overSelection: 0.9 }],
  ['no time to recruit', { goal: 5, recruitMs: 0 }],
  ['a wait that is no number', { goal: 5, trainMs: Number.NaN }],
  ['a wait without an end', { goal: 5, trainMs: Infinity }],
  ['a negative wait', { goal: 5, retryMs: -1 }],
  ['an unknown option', { goal: 5, deadlineMs: 10 }],
])('%s is refused', (_, options) => {
  expect(() => compileRoundOptions(options)).toThrow(SettingsError);
});
