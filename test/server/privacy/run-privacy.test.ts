import { describe, expect, test } from 'vitest';
import { clipFlagSteps } from '../../../server/privacy/adaptive-clip.ts';
import { MemoryLedger } from '../../../server/privacy/ledger.ts';
import { compilePrivacyOptions, type PrivacyOptions } from '../../../server/privacy/options.ts';
import { RunPrivacy } from '../../../server/privacy/run-privacy.ts';
import { scheduleOf } from '../../../server/privacy/schedule.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum, MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { adaptiveClipNoiseSplit } from '../../../shared/privacy/adaptive-clip-split.ts';
import { protect, protectedLength } from '../../../shared/privacy/protection.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const LENGTH = 20_000;
const plan = { phase: 'sum', length: LENGTH, clipNorm: 4, parameters: {} };

function setUp(options: PrivacyOptions, releases = 3, cohort = 100) {
  const settings = compilePrivacyOptions(options);
  const schedule = scheduleOf(settings, { weights: Array(releases).fill(1) as number[], cohort, population: 1000 });
  const { delta, adjacency, accountant } = settings;
  const ledger = new MemoryLedger({ delta, adjacency, accountant, budget: null });
  const random = (round: number) => seededRandom(3, round, 'noise');
  return {
    schedule,
    ledger,
    privacy: new RunPrivacy({ run: 'r', schedule, ledger, cohort, random, localNoise: 'sum' }),
  };
}

function deviationOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** A release to which nobody contributed: its noise alone. */
function emptyRelease(privacy: RunPrivacy, release: number) {
  const made = privacy.admit(release + 1, release, plan);
  privacy.charge('ask', release + 1, release, plan);
  privacy.charge('release', release + 1, release, plan);
  return privacy.release(release + 1, made, new IntegerSum(protectedLength(made.plan, made.protection)));
}

describe('central noise', () => {
  test('is noise multiplier x clip norm in size, and the learner is told so', () => {
    const { privacy } = setUp({ noiseMultiplier: 1.7 });
    const { sum, noiseDeviation } = emptyRelease(privacy, 0);
    expect(noiseDeviation / (1.7 * 4)).toBeCloseTo(1, 6);
    expect(Math.abs(deviationOf(sum) / noiseDeviation - 1)).toBeLessThan(0.025);
  });

  test('is another in each release, and none without a promise', () => {
    const { privacy } = setUp({ noiseMultiplier: 1 });
    expect(emptyRelease(privacy, 0).sum).not.toEqual(emptyRelease(privacy, 1).sum);
    const { sum, noiseDeviation } = emptyRelease(setUp({}).privacy, 0);
    expect(noiseDeviation).toBe(0);
    expect(deviationOf(sum)).toBe(0);
  });

  test('follows the weights of the releases', () => {
    const settings = compilePrivacyOptions({ noiseMultiplier: 2 });
    const { noiseMultipliers } = scheduleOf(settings, { weights: [1, 9], cohort: 1 });
    // The mean weight is 5; squared signal to noise in the ratio of 1 to 9, and their sum that of two equal releases.
    expect(noiseMultipliers[0]! / noiseMultipliers[1]!).toBeCloseTo(3, 12);
    expect(noiseMultipliers.reduce((sum, z) => sum + z ** -2, 0)).toBeCloseTo(2 * 2 ** -2, 12);
  });

  test.each(['toeplitz', 'blt'] as const)('correlated as %s it is of the size that the learner is told', noise => {
    const { privacy, ledger } = setUp({ noiseMultiplier: 1, noise, sampling: 'min-separation', minSeparation: 2 }, 5);
    const totals = new Float64Array(LENGTH);
    for (let release = 0; release < 5; release++) {
      const { sum, noiseDeviation } = emptyRelease(privacy, release);
      expect(Math.abs(deviationOf(sum) / noiseDeviation - 1)).toBeLessThan(0.025);
      for (let k = 0; k < LENGTH; k++) totals[k]! += sum[k]!;
      // Correlated so that the running sum carries less than independent noise of those sizes would leave on it.
      if (release === 4) expect(deviationOf(totals)).toBeLessThan(0.9 * Math.sqrt(5) * noiseDeviation);
    }
    // One draw, one charge.
    expect(ledger.charges).toHaveLength(1);
  });
});

test('an adaptive clip norm goes to the quantile, from noised flags alone', () => {
  const { privacy } = setUp({ noiseMultiplier: 0.5, clipQuantile: 0.5, clipNorm: 100 }, 60);
  let clipNorm = 0;
  for (let release = 0; release < 60; release++) {
    const made = privacy.admit(release + 1, release, { ...plan, length: 1 });
    const sum = new IntegerSum(2);
    // Norms from 1 to 9: the median is 5.
    for (let device = 0; device < 100; device++) {
      sum.add(protect(dense(Float32Array.of(1 + (8 * device) / 99)), made.plan, made.protection, seededRandom(1)));
    }
    privacy.release(release + 1, made, sum);
    ({ clipNorm } = made.plan);
  }
  expect(clipNorm).toBeGreaterThan(4);
  expect(clipNorm).toBeLessThan(6);
});

test.each([
  [1, 400],
  [0.7, 100],
  [4, 2000],
])('the clip flag takes from noise multiplier %s what the paper says, with %s devices', (noiseMultiplier, cohort) => {
  const flag = clipFlagSteps(2 ** 30, noiseMultiplier, cohort);
  const ofVector = (noiseMultiplier * Math.hypot(2 ** 30, flag)) / 2 ** 30;
  expect(ofVector).toBeCloseTo(adaptiveClipNoiseSplit(noiseMultiplier, cohort / 20), 8);
});

test('local noise: a sum in a simulation carries what its devices would have added, and is charged before they are asked', () => {
  const { privacy, ledger } = setUp({ trust: 'local', noiseMultiplier: 3 });
  const made = privacy.admit(1, 0, plan);
  expect(made.protection.noiseSteps / made.protection.gridSteps).toBeCloseTo(3, 6);
  expect(made.protection.gridSteps).toBeLessThan(MAX_COORDINATE);
  privacy.charge('release', 1, 0, plan);
  expect(ledger.charges).toHaveLength(0);
  privacy.charge('ask', 1, 0, plan);
  privacy.charge('ask', 2, 0, plan);
  expect(ledger.charges).toHaveLength(1);
  const sum = new IntegerSum(LENGTH);
  for (let device = 0; device < 100; device++) sum.add(dense(new Int32Array(LENGTH)));
  const released = privacy.release(1, made, sum);
  expect(released.noiseDeviation).toBeCloseTo(3 * 4 * 10, 4);
  expect(Math.abs(deviationOf(released.sum) / released.noiseDeviation - 1)).toBeLessThan(0.025);
});

test.each<[string, PrivacyOptions, RegExp]>([
  ['two ways to say the noise', { epsilon: 1, noiseMultiplier: 1 }, /either/],
  ['a sampling scheme without noise', { sampling: 'poisson' }, /none is asked for/],
  ['amplification under local trust', { trust: 'local', epsilon: 1, sampling: 'poisson' }, /who takes part/],
  ['correlated local noise', { trust: 'local', epsilon: 1, noise: 'blt' }, /independent noise/],
  ['amplified correlated noise', { epsilon: 1, noise: 'blt', sampling: 'poisson' }, /No amplification/],
  [
    'a fixed cohort under add-remove',
    { epsilon: 1, sampling: 'without-replacement', adjacency: 'add-remove' },
    /replace-one/,
  ],
  ['a separation without its sampling', { epsilon: 1, minSeparation: 3 }, /belongs to/],
  ['an adaptive clip norm without noise', { clipQuantile: 0.5 }, /private share/],
  ['a delta of 1', { epsilon: 1, delta: 1 }, /delta/],
  ['a cap near the mean', { noiseMultiplier: 1, sampling: 'poisson', cohortCap: 110 }, /at least 148/],
  ['more separation than devices', { epsilon: 1, sampling: 'min-separation', minSeparation: 11 }, /1100 devices/],
  ['a delta that gives someone away', { epsilon: 1, delta: 1e-3 }, /outright/],
])('refuses %s', (_, options, sentence) => {
  expect(() => setUp(options)).toThrow(sentence);
});

test('refuses amplification where nobody knows who is there', () => {
  const settings = compilePrivacyOptions({ epsilon: 1, sampling: 'poisson' });
  expect(() => scheduleOf(settings, { weights: [1], cohort: 10 })).toThrow(/check in by themselves/);
});

test('refuses a learner of several lengths under correlated noise', () => {
  const { privacy } = setUp({ noiseMultiplier: 1, noise: 'toeplitz' });
  privacy.admit(1, 0, plan);
  expect(() => privacy.admit(2, 1, { ...plan, length: 7 })).toThrow(/one length/);
});
