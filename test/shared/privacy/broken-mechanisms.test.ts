import { describe, expect, test } from 'vitest';
import { dense, type IntegerContribution } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum, MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import { bound, gridStep } from '../../../shared/privacy/bound.ts';
import { DiscreteGaussianSampler } from '../../../shared/privacy/noise/discrete-gaussian.ts';
import type { NoiseSampler } from '../../../shared/privacy/noise/lattice-sampler.ts';
import { type Random, shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { epsilonLowerBound } from '../../support/distinguisher.ts';

/** One round in small: the parts of which a mistake in any would break the promise. */
interface Round {
  bound(values: Float32Array): IntegerContribution;
  /** Which of so many devices take part. */
  cohort(devices: number, random: Random): Iterable<number>;
  readonly noise: NoiseSampler;
  /** What the noised sum is divided by. */
  divisor(arrived: number): number;
}

const CLIP_NORM = Math.SQRT2;
const NOISE_MULTIPLIER = 0.7;
const DELTA = 0.05;
const RUNS = 60_000;

/** What the devices hold that take part beside the user, known to whoever attacks: the clip cuts it to half its norm. */
const OTHER = Float32Array.of(2, 2);
/** The user pushes the other way. */
const USER = Float32Array.of(-1.9, -1.9);

interface Scene {
  readonly samplingRate: number;
  readonly others: number;
}
const everyone: Scene = { samplingRate: 1, others: 3 };
const sampled: Scene = { samplingRate: 0.6, others: 5 };
const alone: Scene = { samplingRate: 0.6, others: 0 };

/** The divisor of a round that expects five devices. */
const EXPECTED = 5;

function rightRound({ samplingRate }: Scene): Round {
  return {
    bound: values => bound(dense(values), CLIP_NORM),
    *cohort(devices, random) {
      for (let device = 0; device < devices; device++) if (random.float() < samplingRate) yield device;
    },
    noise: new DiscreteGaussianSampler(NOISE_MULTIPLIER * MAX_COORDINATE),
    divisor: () => samplingRate * EXPECTED,
  };
}

function claim({ samplingRate }: Scene): number {
  const mechanism = { type: 'gaussian', noiseMultiplier: NOISE_MULTIPLIER } as const;
  return epsilonOf({ type: 'poisson-sampled', samplingRate, mechanism }, DELTA, 'pld', 'add-remove');
}

/** The released mean along the direction in which the user differs. */
function release(round: Round, contributions: readonly IntegerContribution[], random: Random): number {
  const sum = new IntegerSum(2);
  for (const device of round.cohort(contributions.length, random)) sum.add(contributions[device]!);
  round.noise.addTo(sum.totals, random);
  const [x, y] = sum.dequantise(gridStep(CLIP_NORM));
  return (x! + y!) / Math.SQRT2 / round.divisor(sum.count);
}

/** A lower bound on the epsilon that a round really has. */
function leaked(scene: Scene, changes: Partial<Round> = {}): number {
  const round = { ...rightRound(scene), ...changes };
  const without = Array.from({ length: scene.others }, () => round.bound(OTHER));
  const together = [round.bound(USER), ...without];
  return epsilonLowerBound(
    { withUser: random => release(round, together, random), withoutUser: random => release(round, without, random) },
    { delta: DELTA, runs: RUNS, random: seededRandom(1, 'broken mechanisms') },
  );
}

describe('the round as it should be keeps its claim', () => {
  test.each([
    ['everyone takes part', everyone, 0.75],
    ['a Poisson cohort, which hides the user among the others', sampled, 0.1],
    ['a Poisson cohort, and nobody else', alone, 0.7],
  ])('%s', (_, scene, least) => {
    const share = leaked(scene) / claim(scene);
    expect(share).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(least);
  });
});

describe('each mistake alone is found out', () => {
  const noise = (multiplier: number): Partial<Round> => ({
    noise: new DiscreteGaussianSampler(multiplier * MAX_COORDINATE),
  });
  const onGrid = (values: Float32Array) => dense(Int32Array.from(values, value => value / gridStep(CLIP_NORM)));
  const firstDevices = () => [0, 1, 2];
  const threeDevices = (devices: number, random: Random) => {
    const order = Int32Array.from({ length: devices }, (_, device) => device);
    shuffle(order, random);
    return order.subarray(0, 3);
  };

  test.each<[string, Scene, Partial<Round>]>([
    ['noise halved', everyone, noise(NOISE_MULTIPLIER / 2)],
    ['variance taken for standard deviation', everyone, noise(NOISE_MULTIPLIER ** 2)],
    ['standard deviation in steps taken for a share of the clip norm', everyone, noise(NOISE_MULTIPLIER / CLIP_NORM)],
    ['clip skipped', everyone, { bound: onGrid }],
    ['each coordinate clipped, not their norm', everyone, { bound: values => onGrid(values.map(clipCoordinate)) }],
    ['divisor taken from arrivals', everyone, { divisor: arrived => Math.max(1, arrived) }],
    ['the same cohort each round, accounted as Poisson', sampled, { cohort: firstDevices }],
    ['a cohort of fixed size, accounted as Poisson', sampled, { cohort: threeDevices }],
  ])('%s', (_, scene, changes) => {
    expect(leaked(scene, changes)).toBeGreaterThan(1.2 * claim(scene));
  });

  test('nothing added to the sum of an empty cohort', () => {
    const right = rightRound(alone);
    const without = (random: Random) => {
      for (const _ of right.cohort(0, random)) throw new Error('there is nobody');
      return 0;
    };
    const together = [right.bound(USER)];
    const found = epsilonLowerBound(
      { withUser: random => release(right, together, random), withoutUser: without },
      { delta: DELTA, runs: RUNS, random: seededRandom(1, 'empty') },
    );
    expect(found).toBeGreaterThan(claim(alone));
  });
});

function clipCoordinate(value: number): number {
  return Math.max(-CLIP_NORM, Math.min(CLIP_NORM, value));
}
