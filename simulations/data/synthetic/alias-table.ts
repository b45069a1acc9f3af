import type { Random } from '../../../shared/random/random.ts';

/** Draws from a discrete distribution in constant time (the alias method; Vose 1991). */
export class AliasTable {
  /** Column c yields c with probability kept[c], else alias[c]. */
  readonly #kept: Float64Array;
  readonly #alias: Int32Array;

  /** @param weights at least one, none negative, not all zero; they need not add up to 1 */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    let total = 0;
    for (let at = 0; at < count; at++) total += weights[at]!;
    this.#kept = Float64Array.from(weights, weight => (weight * count) / total);
    this.#alias = new Int32Array(count);
    const small: number[] = [];
    const large: number[] = [];
    for (let at = 0; at < count; at++) (this.#kept[at]! < 1 ? small : large).push(at);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.at(-1)!;
      this.#alias[less] = more;
      this.#kept[more] = this.#kept[more]! - (1 - this.#kept[less]!);
      if (this.#kept[more]! < 1) small.push(large.pop()!);
    }
    for (const rest of [...small, ...large]) this.#kept[rest] = 1;
  }

  draw(random: Random): number {
    const place = random.float() * this.#kept.length;
    const column = Math.floor(place);
    return place - column < this.#kept[column]! ? column : this.#alias[column]!;
  }
}
