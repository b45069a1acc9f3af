import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { differenceOf, estimateOf, ratioOf } from '../../../simulations/statistics/interval.ts';
import { type Resampled, resample, type Sample } from '../../../simulations/statistics/resample.ts';

/** `value(user, seed)` for users 0 to count - 1. */
function sampleOf(count: number, seeds: readonly number[], value: (user: number, seed: number) => number): Sample {
  const users = Int32Array.from({ length: count }, (_, user) => user);
  return seeds.map(seed => ({ seed, users, values: Float64Array.from(users, user => value(user, seed)) }));
}

const TRUTH = Math.SQRT2 - 1;

/** Users' and seeds' own effects and what is neither's, each normal with its standard deviation. */
function world(id: number, users: number, seeds: number, deviations: Record<'user' | 'seed' | 'rest', number>): Sample {
  const random = seededRandom(id, 'world');
  const ofUser = Float64Array.from({ length: users }, () => deviations.user * random.normal());
  const ofSeed = Float64Array.from({ length: seeds }, () => deviations.seed * random.normal());
  return sampleOf(
    users,
    Array.from(ofSeed.keys()),
    (user, seed) => TRUTH + ofUser[user]! + ofSeed[seed]! + deviations.rest * random.normal(),
  );
}

const only = (samples: readonly Sample[], resamples?: number) => resample(samples, resamples).map(estimateOf);

function resampled<Names extends string>(samples: Record<Names, Sample>): Record<Names, Resampled> {
  const found = resample(Object.values(samples));
  return Object.fromEntries(Object.keys(samples).map((name, at) => [name, found[at]!])) as Record<Names, Resampled>;
}

test('one seed: the interval of normal theory over users', () => {
  const sample = world(1, 1_500, 1, { user: 0.13, seed: 0, rest: 0 });
  const { values } = sample[0]!;
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  const [estimate] = only([sample], 3_000);
  expect(estimate!.mean).toBeCloseTo(mean, 12);
  expect((mean - estimate!.low) / half).toBeCloseTo(1, 1);
  expect((estimate!.high - mean) / half).toBeCloseTo(1, 1);
});

test("seeds that differ, users who do not: Student's interval with two degrees of freedom", () => {
  const means = [0.11, 0.147, 0.129];
  const [estimate] = only([sampleOf(50, [1, 2, 3], (_, seed) => means[seed - 1]!)]);
  const mean = (0.11 + 0.147 + 0.129) / 3;
  const deviation = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
  const half = (4.302653 * deviation) / Math.sqrt(3);
  expect(estimate!.low).toBeCloseTo(mean - half, 6);
  expect(estimate!.high).toBeCloseTo(mean + half, 6);
});

test.each<[string, Record<'user' | 'seed' | 'rest', number>]>([
  ['users', { user: 0.1, seed: 0.001, rest: 0.01 }],
  ['seeds', { user: 0.01, seed: 0.02, rest: 0.01 }],
  ['both alike', { user: 0.1, seed: 0.015, rest: 0.05 }],
])('intervals hold the truth as often as they say where what differs is %s', (_, deviations) => {
  const studies = 300;
  let held = 0;
  for (let id = 0; id < studies; id++) {
    const { low, high } = only([world(id, 60, 3, deviations)], 200)[0]!;
    if (low <= TRUTH && TRUTH <= high) held++;
  }
  // Binomial: 95 % of 300 within three standard errors; crossed errors may count twice, so wider is allowed.
  expect(held / studies).toBeGreaterThan(0.912);
  expect(held / studies).toBeLessThan(0.995);
});

describe('differences and ratios', () => {
  const base = world(7, 400, 3, { user: 0.4, seed: 0.02, rest: 0.01 });
  const worse: Sample = base.map(({ seed, users, values }) => {
    return { seed, users, values: values.map(value => 0.8 * value) };
  });
  const stranger = world(8, 400, 3, { user: 0.4, seed: 0.02, rest: 0.01 });
  const all = resampled({ base, worse, stranger });

  test('what differs by a factor has a ratio without width', () => {
    const ratio = ratioOf(all.worse, all.base)!;
    expect(ratio.mean).toBeCloseTo(0.8, 12);
    expect(ratio.low).toBeCloseTo(0.8, 5);
    expect(ratio.high).toBeCloseTo(0.8, 5);
  });

  test('pairs know more than strangers do', () => {
    const pair = differenceOf(all.worse, all.base);
    const unpaired = differenceOf(all.stranger, all.base);
    expect(pair.mean).toBeCloseTo(estimateOf(all.worse).mean - estimateOf(all.base).mean, 12);
    expect(pair.high - pair.low).toBeLessThan((unpaired.high - unpaired.low) / 3);
    expect(pair.high).toBeLessThan(0);
  });

  test('the ratio of noisy points is where the difference to the scaled baseline passes zero', () => {
    const { low, high } = ratioOf(all.stranger, all.base)!;
    for (const limit of [low, high]) {
      const scaled = base.map(({ seed, users, values }) => ({ seed, users, values: values.map(v => limit * v) }));
      const pair = resampled({ stranger, scaled });
      const difference = differenceOf(pair.stranger, pair.scaled);
      expect(Math.min(Math.abs(difference.low), Math.abs(difference.high))).toBeLessThan(1e-5);
    }
  });

  test('there is no ratio to what may as well be zero', () => {
    const zero = sampleOf(400, [0, 1, 2], () => 0);
    const noisy = sampleOf(400, [0, 1, 2], (_, seed) => [0.5, -0.4, 0.1][seed]!);
    const three = resampled({ base, zero, noisy });
    expect(ratioOf(three.base, three.zero)).toBeNull();
    expect(ratioOf(three.base, three.noisy)).toBeNull();
  });
});

test('a baseline with one seed is taken as it is; with two seeds in common those are compared', () => {
  const shift = [0, 0.1, -0.05, 0.3, 40];
  const point = sampleOf(30, [1, 2, 3], (user, seed) => user + shift[seed]!);
  const fixed = sampleOf(30, [1], user => user);
  const other = sampleOf(30, [2, 3, 4], (user, seed) => user + shift[seed]! - 1);
  const three = resampled({ point, fixed, other });
  expect(differenceOf(three.point, three.fixed).mean).toBeCloseTo(0.35 / 3, 12);
  expect(differenceOf(three.point, three.fixed).high).toBeGreaterThan(0.4);
  expect(differenceOf(three.point, three.other)).toEqual({
    mean: expect.closeTo(1, 9),
    low: expect.closeTo(1, 9),
    high: expect.closeTo(1, 9),
  });
});

test('limits stay where a quality can be', () => {
  const [low, high] = only([
    sampleOf(50, [1, 2], (_, seed) => [0.01, 0.2][seed - 1]!),
    sampleOf(50, [1, 2], (_, seed) => [0.99, 0.8][seed - 1]!),
  ]);
  expect(low).toEqual({ mean: expect.closeTo(0.105, 12), low: 0, high: 1 });
  expect(high!.high).toBe(1);
});

test('nothing that varies: no width', () => {
  const [one, same] = only([sampleOf(1, [1], () => 0.3), sampleOf(1, [1], () => 0.3)]);
  expect(one).toEqual({ mean: 0.3, low: 0.3, high: 0.3 });
  expect(same).toEqual(one);
});

test('samples of some users weigh them; a user with two values is drawn as one', () => {
  const whole = sampleOf(200, [1], user => (user % 7) / 10);
  const twice: Sample = [
    {
      seed: 1,
      users: Int32Array.from({ length: 400 }, (_, at) => at >> 1),
      values: Float64Array.from({ length: 400 }, (_, at) => ((at >> 1) % 7) / 10),
    },
  ];
  const few: Sample = [{ seed: 1, users: Int32Array.of(3, 90, 150), values: Float64Array.of(0.1, 0.2, 0.6) }];
  const [a, b, c] = only([whole, twice, few]);
  expect(b!.low).toBeCloseTo(a!.low, 6);
  expect(b!.high).toBeCloseTo(a!.high, 6);
  expect(c!.mean).toBeCloseTo(0.3, 12);
  expect(c!.low).toBeGreaterThanOrEqual(0.1 - 1e-6);
  expect(c!.high).toBeCloseTo(0.6, 5);
});

test('the same from the same users, whatever else is resampled', () => {
  const sample = world(3, 500, 3, { user: 0.1, seed: 0.01, rest: 0.05 });
  const other = world(4, 500, 2, { user: 0.1, seed: 0.01, rest: 0.05 });
  expect(only([sample])[0]).toEqual(only([other, sample])[1]);
});
