import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { type Random, RandomSource } from './random.ts';

/**
 * A stream of random numbers that is fixed by a seed and a path of labels, (round, device, purpose) say: streams with
 * another path are independent, so what one device draws does not depend on which others ran before it.
 * For simulations only: an observer can predict it.
 */
export function seededRandom(seed: number, ...path: readonly (string | number)[]): Random {
  return new SeededRandom(seed, path);
}

class SeededRandom extends RandomSource {
  readonly #seed: number;
  readonly #path: readonly (string | number)[];
  /** Made at the first draw: many devices are handed a stream that they never draw from. */
  #generator: RandomGenerator | undefined;

  constructor(seed: number, path: readonly (string | number)[]) {
    super();
    this.#seed = seed;
    this.#path = path;
  }

  override uint32(): number {
    this.#generator ??= xoroshiro128plusFromState(deriveState(this.#seed, this.#path));
    return this.#generator.next() >>> 0;
  }
}

/** Four multipliers of the 32-bit finalisers in MurmurHash3 and in its tuned descendants: odd, and good mixers. */
const LANE_MULTIPLIERS = [0x85ebca6b, 0xc2b2ae35, 0x7feb352d, 0x846ca68b] as const;

/** Hashes seed and path to the 128 bits of the generator's state, each label ended by its kind and length. */
function deriveState(seed: number, path: readonly (string | number)[]): number[] {
  const lanes: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  const absorb = (word: number): void => {
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane]! ^ word, LANE_MULTIPLIERS[lane]!);
      lanes[lane] = mixed ^ (mixed >>> 15) ^ lanes[(lane + 1) & 3]!;
    }
  };
  const absorbNumber = (value: number): void => {
    FLOAT_VIEW.setFloat64(0, value);
    absorb(FLOAT_VIEW.getInt32(0));
    absorb(FLOAT_VIEW.getInt32(4));
    absorb(1);
  };
  absorbNumber(seed);
  for (const label of path) {
    if (typeof label === 'number') {
      absorbNumber(label);
    } else {
      for (let at = 0; at < label.length; at++) absorb(label.charCodeAt(at));
      absorb(label.length);
      absorb(2);
    }
  }
  for (let turn = 0; turn < 8; turn++) absorb(turn);
  return lanes.map(lane => finalise(lane) | 0);
}

function finalise(lane: number): number {
  let hash = lane ^ (lane >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const FLOAT_VIEW = new DataView(new ArrayBuffer(8));
