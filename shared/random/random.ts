/** Where numbers come from that need not be repeated, or must be: negatives, initial values, shuffles. */
export interface Random {
  /** Uniform on the integers 0 to 2^32 - 1. */
  uint32(): number;
  /** Uniform on the integers 0 to `bound` - 1, without bias; `bound` from 1 to 2^32. */
  below(bound: number): number;
  /** Uniform on [0, 1), 53 bits. */
  float(): number;
  /** Standard normal, by Box and Muller: for initial values, never for privacy noise. */
  normal(): number;
}

/** The distributions over any source of uniform 32-bit integers. */
export abstract class RandomSource implements Random {
  abstract uint32(): number;

  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % bound;
  }

  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    return radius * Math.cos(2 * Math.PI * this.float());
  }
}

/** Puts the array in random order, in place (Fisher and Yates). */
export function shuffle(array: Int32Array, random: Random): void {
  for (let last = array.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = array[last]!;
    array[last] = array[other]!;
    array[other] = kept;
  }
}
