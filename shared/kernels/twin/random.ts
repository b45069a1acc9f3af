import type { TwinMemory } from './memory.ts';

/**
 * The generator inside kernels: xoshiro128** (Blackman and Vigna 2021, ACM TOMS 47(4)). Its state is int32 [4], not all
 * zero: see `seedGenerator`. For what an observer may predict: negatives and the order of samples, never noise or masks.
 */
export interface RandomKernels {
  /** The next 32 bits, as WebAssembly hands them to JavaScript: a signed integer. */
  nextUint32(state: number): number;
  /**
   * Uniform on the integers 0 to `bound` - 1, without bias; `bound` from 1 to 2^31. The high half of draw times bound, drawn
   * again while the low half is below 2^32 mod bound (Lemire 2019, ACM TOMACS 29(1)).
   */
  below(state: number, bound: number): number;
}

export function randomTwin(memory: TwinMemory): RandomKernels {
  return {
    nextUint32: state => nextUint32(memory, state),
    below: (state, bound) => below(memory, state, bound),
  };
}

export function nextUint32({ i32 }: TwinMemory, state: number): number {
  const at = state >> 2;
  const s0 = i32[at]!;
  const s1 = i32[at + 1]!;
  const s2 = i32[at + 2]! ^ s0;
  const s3 = i32[at + 3]! ^ s1;
  i32[at] = s0 ^ s3;
  i32[at + 1] = s1 ^ s2;
  i32[at + 2] = s2 ^ (s1 << 9);
  i32[at + 3] = rotl(s3, 11);
  return Math.imul(rotl(Math.imul(s1, 5), 7), 9);
}

export function below(memory: TwinMemory, state: number, bound: number): number {
  for (;;) {
    const word = nextUint32(memory, state) >>> 0;
    // The 64-bit product from two of 48 bits.
    const low = (word & 0xffff) * bound;
    const high = (word >>> 16) * bound + Math.floor(low / 2 ** 16);
    const lowHalf = (high % 2 ** 16) * 2 ** 16 + (low % 2 ** 16);
    if (lowHalf >= bound || lowHalf >= 2 ** 32 % bound) return Math.floor(high / 2 ** 16);
  }
}

function rotl(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
