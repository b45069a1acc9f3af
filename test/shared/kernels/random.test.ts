import { describe, expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { type Kernels, twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { seedGenerator } from '../../../shared/kernels/seed-generator.ts';
import { RandomSource } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const KINDS: readonly [string, () => Kernels][] = [
  ['WebAssembly', wasmKernels],
  ['its twin', twinKernels],
];

/** Bounds that refuse no draw, few, a third and nearly half of them. */
const BOUNDS = [1, 2, 3, 3706, 65_537, 2 ** 30, 2 ** 30 + 1, 3 * 2 ** 29 - 1, 2 ** 31 - 1, 2 ** 31];

describe.each(KINDS)('the generator in %s', (_, create) => {
  const heap = new Heap(create());
  const { kernels } = heap;
  const generator = (...words: readonly number[]): number => {
    const state = kernels.allocate(16);
    heap.int32(state, 4).set(words);
    return state;
  };

  it('gives the numbers of the program of its authors from the state 1, 2, 3, 4', () => {
    const state = generator(1, 2, 3, 4);
    expect(Array.from({ length: 10 }, () => kernels.nextUint32(state) >>> 0)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it.each(BOUNDS)('draws below %i as whole numbers of any size would', bound => {
    const seed = [0x9e3779b9, -1, bound, 17];
    const state = generator(...seed);
    const words = xoshiro(seed);
    const drawn = Array.from({ length: 1000 }, () => kernels.below(state, bound));
    expect(drawn).toEqual(drawn.map(() => Number(lemire(words, BigInt(bound)))));
  });
});

describe('the seed of the generator', () => {
  it('is the next four words, and never all zeros', () => {
    const random = seededRandom(1);
    const copy = seededRandom(1);
    const state = new Int32Array(4);
    seedGenerator(state, random);
    expect([...state]).toEqual(Array.from({ length: 4 }, () => copy.uint32() | 0));

    class Zeros extends RandomSource {
      #calls = 0;
      override uint32(): number {
        return this.#calls++ < 9 ? 0 : 5;
      }
    }
    seedGenerator(state, new Zeros());
    expect([...state]).toEqual([0, 5, 5, 5]);
  });
});

/** Blackman and Vigna's recurrence in the order of their paper, over whole numbers of any size. */
function* xoshiro(seed: readonly number[]): Generator<bigint, never> {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  const rotated = (value: bigint, bits: bigint): bigint => word(value << bits) | (value >> (32n - bits));
  const s = seed.map(value => word(BigInt(value)));
  for (;;) {
    yield word(rotated(word(s[1]! * 5n), 7n) * 9n);
    const t = word(s[1]! << 9n);
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotated(s[3]!, 11n);
  }
}

/** The definition: of the multiples of the bound, as many are kept in each interval of 2^32. */
function lemire(words: Generator<bigint, never>, bound: bigint): bigint {
  const refused = 2n ** 32n % bound;
  let product = words.next().value * bound;
  while (product % 2n ** 32n < refused) product = words.next().value * bound;
  return product >> 32n;
}
