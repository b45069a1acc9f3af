import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../../shared/errors.ts';
import { DiscreteGaussianSampler } from '../../../../shared/privacy/noise/discrete-gaussian.ts';
import { DiscreteLaplaceSampler } from '../../../../shared/privacy/noise/discrete-laplace.ts';
import type { NoiseSampler } from '../../../../shared/privacy/noise/lattice-sampler.ts';
import { PoissonSampler } from '../../../../shared/privacy/noise/poisson.ts';
import { expBounds, rationalOf } from '../../../../shared/privacy/noise/rational.ts';
import { SkellamSampler } from '../../../../shared/privacy/noise/skellam.ts';
import { type Random, RandomSource } from '../../../../shared/random/random.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';

/** So wide that doubles decide nothing: no squeeze, no filter. */
const ALWAYS_EXACT = 2 ** 33;

/** Counts the words that were taken. */
class Counted extends RandomSource {
  taken = 0;
  readonly #source: Random;

  constructor(source: Random) {
    super();
    this.#source = source;
  }

  override uint32(): number {
    this.taken++;
    return this.#source.uint32();
  }
}

/** These words; then none. */
class Scripted extends RandomSource {
  readonly #words: number[];

  constructor(words: readonly number[]) {
    super();
    this.#words = [...words];
  }

  override uint32(): number {
    const word = this.#words.shift();
    if (word === undefined) throw new RangeError('out of words');
    return word;
  }
}

const samplers: [string, (margin?: number) => NoiseSampler][] = [
  ...[0.3, 1.7, 40.1, 1000.3, 2 ** 30 * 1.1, 2 ** 39.9].map((sigma): [string, (margin?: number) => NoiseSampler] => [
    `discrete Gaussian ${sigma}`,
    margin => new DiscreteGaussianSampler(sigma, margin),
  ]),
  ['discrete Laplace 0.0317', margin => new DiscreteLaplaceSampler(0.0317, margin)],
  ['Poisson 8.3', margin => new PoissonSampler(8.3, margin)],
  ['Poisson 99999.7', margin => new PoissonSampler(99_999.7, margin)],
  ['Skellam 10.3', margin => new SkellamSampler(10.3, margin)],
];

test.each(samplers)('%s: exact arithmetic decides as doubles do, from the same words', (_, make) => {
  const [fast, exact] = [make(), make(ALWAYS_EXACT)];
  const [fastWords, exactWords] = [new Counted(seededRandom(1)), new Counted(seededRandom(1))];
  for (let k = 0; k < 600; k++) {
    expect(exact.sample(exactWords)).toBe(fast.sample(fastWords));
    expect(exactWords.taken).toBe(fastWords.taken);
  }
});

/**
 * The probability with which a value is accepted after these words, times 2^64 and rounded up: found by bisection on the
 * uniform number that follows, first its 32 bits that always are drawn, then the next 32 that are drawn if those do not tell.
 */
function acceptance(sampler: NoiseSampler, words: readonly number[]): { x: number; threshold: bigint } {
  const accepted = (...uniform: number[]): number | undefined => {
    try {
      return sampler.sample(new Scripted([...words, ...uniform]));
    } catch {
      return undefined;
    }
  };
  const firstRefused = (accepts: (word: number) => boolean): number => {
    let [low, high] = [0, 2 ** 32];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (accepts(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const first = firstRefused(word => accepted(word) !== undefined);
  const second = firstRefused(word => accepted(first, word) !== undefined);
  return { x: accepted(0, 0)!, threshold: (BigInt(first) << 32n) + BigInt(second) };
}

test('where 32 bits do not tell, more bits of the uniform number do: probabilities are right to 64 bits', () => {
  // Blocks of two integers: the right one at the mode holds 0 and 1.
  const sampler = new DiscreteGaussianSampler(40);
  const zero = acceptance(sampler, [0, 0]);
  const one = acceptance(sampler, [0, 2 ** 31]);
  expect([zero.x, one.x]).toEqual([0, 1]);
  // e^-y at y = 1 / 3200, by its alternating series in fractions, to y^9 / 9! < 2^-123.
  let series = 0n;
  for (let k = 8n, factorial = 40_320n; k >= 0n; factorial /= k || 1n, k--) {
    series += ((k % 2n === 0n ? 1n : -1n) << 128n) / (factorial * 3200n ** k);
  }
  const ratio = (one.threshold << 128n) / zero.threshold;
  // Each threshold is rounded up by less than one of 2^63 or more.
  expect(ratio - series).toBeLessThan(1n << 66n);
  expect(ratio - series).toBeGreaterThan(-(1n << 66n));
});

test('what is proposed, times what is accepted, is the definition: to twelve digits, word for word', () => {
  const sigma = 1.7;
  const sampler = new DiscreteGaussianSampler(sigma);
  const proposed = (word: number): number | undefined => {
    try {
      return sampler.sample(new Scripted([word, 0, 0, 0, 0]));
    } catch {
      return undefined;
    }
  };
  // How many of the 2^32 first words propose x, which is one of two in each column, and one of those words.
  const words = new Map<number | undefined, { count: number; example: number }>();
  const tally = (x: number | undefined, count: number, example: number) =>
    words.set(x, { count: (words.get(x)?.count ?? 0) + count, example });
  for (let column = 0; column < 2 ** 32; column += 2 ** 23) {
    const own = proposed(column);
    let [low, high] = [1, 2 ** 23];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (proposed(column + middle) === own) low = middle + 1;
      else high = middle;
    }
    tally(own, low, column);
    if (low < 2 ** 23) tally(proposed(column + low), 2 ** 23 - low, column + low);
  }
  const probability = (x: number) => {
    const { count, example } = words.get(x)!;
    return count * Number(acceptance(sampler, [example]).threshold);
  };
  for (let x = -9; x <= 9; x++) {
    const ratio = probability(x) / probability(0);
    expect(Math.abs(ratio / Math.exp(-((x / sigma) ** 2) / 2) - 1)).toBeLessThan(1e-12);
  }
});

test('the tail goes on for ever: each of its pieces is proposed half as often as the one before, and accepted the more', () => {
  // Blocks of two integers, so that the tail begins at 510, in pieces of 512.
  const sampler = new DiscreteLaplaceSampler(1 / 40);
  const inTail = (column: number, ...coins: number[]) => acceptance(sampler, [column * 2 ** 23, ...coins, 0]);
  const pieces = [inTail(510, 0), inTail(510, 2 ** 31, 0), inTail(510, 2 ** 31, 2 ** 31, 0)];
  expect(pieces.map(({ x }) => x)).toEqual([510, 510 + 512, 510 + 2 * 512]);
  expect(inTail(511, 0).x).toBe(-511);
  for (const [j, { threshold }] of pieces.entries()) {
    const ratio = Number(threshold) / Number(pieces[0]!.threshold);
    expect(Math.abs(ratio / (2 ** j * Math.exp((-j * 512) / 40)) - 1)).toBeLessThan(1e-8);
  }
});

describe('interval arithmetic', () => {
  test('e^-1 and e^-pi, to 60 digits, cut off', () => {
    const scale = 10n ** 60n;
    const { low, high } = expBounds({ numerator: 1n, denominator: 1n }, 220);
    const inverseE = 367879441171442321595523770161460867445811131031767834507836n;
    expect((low * scale) >> 220n).toBeLessThanOrEqual(inverseE);
    expect((high * scale) >> 220n).toBeGreaterThanOrEqual(inverseE);
    const pi = { numerator: 3141592653589793238462643383279502884197169399375105820974944n, denominator: scale };
    const bounds = expBounds(pi, 220);
    const expected = 43213918263772249774417737171728011275728109810633082980719n;
    expect((bounds.low * scale) >> 220n).toBeLessThanOrEqual(expected);
    expect((bounds.high * scale) >> 220n).toBeGreaterThanOrEqual(expected);
  });

  test('bounds at any precision hold those at a higher one, and are a few units apart', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 90n }),
        fc.bigInt({ min: 1n, max: 2n ** 90n }),
        fc.integer({ min: 1, max: 300 }),
        (numerator, denominator, bits) => {
          const coarse = expBounds({ numerator, denominator }, bits);
          const fine = expBounds({ numerator, denominator }, bits + 100);
          expect(coarse.low << 100n).toBeLessThanOrEqual(fine.high);
          expect(coarse.high << 100n).toBeGreaterThanOrEqual(fine.low);
          expect(coarse.high - coarse.low).toBeLessThanOrEqual(8n);
          const inDoubles = Math.exp(-Number(numerator) / Number(denominator));
          expect(Math.abs(Number(coarse.low) / 2 ** bits - inDoubles)).toBeLessThan(8 / 2 ** bits + 1e-13);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a double is the fraction that it is', () => {
    expect(rationalOf(0.1)).toEqual({ numerator: 3602879701896397n, denominator: 2n ** 55n });
    expect(rationalOf(2 ** 60)).toEqual({ numerator: 2n ** 60n, denominator: 1n });
    expect(rationalOf(Number.MIN_VALUE)).toEqual({ numerator: 1n, denominator: 2n ** 1074n });
  });
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 41])('%d is no sigma and no variance', value => {
  expect(() => new DiscreteGaussianSampler(value)).toThrow(SettingsError);
  expect(() => new SkellamSampler(value)).toThrow(SettingsError);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -41])(
  '%d is no parameter of a discrete Laplace',
  value => {
    expect(() => new DiscreteLaplaceSampler(value)).toThrow(SettingsError);
  },
);

test('addTo adds the draws that sample makes', () => {
  const sampler = new DiscreteGaussianSampler(7.3);
  const totals = Float64Array.of(1, 20, 300);
  sampler.addTo(totals, seededRandom(9));
  const random = seededRandom(9);
  expect([...totals]).toEqual([1, 20, 300].map(total => total + sampler.sample(random)));
});
