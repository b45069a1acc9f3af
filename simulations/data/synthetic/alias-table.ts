import type { Random } from '../../../shared/random/random.ts';

/** Draws from a discrete distribution in constant time (the alias method; Vose 1991). */
export class AliasTable {
  /** Column c yields c with probability columns[2c], else columns[2c + 1]: side by side, for the processor's cache. */
  readonly #columns: Float64Array;

  /** @param weights at least one, none negative, not all zero; they need not add up to 1 */
  constructor(weights: Float64Array) {
    const count = weights.length;
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / count;
    const shares = weights.map(weight => weight / mean);
    this.#columns = new Float64Array(count * 2);
    const small: number[] = [];
    const large: number[] = [];
    for (const [column, share] of shares.entries()) (share < 1 ? small : large).push(column);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.at(-1)!;
      this.#columns[2 * less] = shares[less]!;
      this.#columns[2 * less + 1] = more;
      shares[more]! -= 1 - shares[less]!;
      if (shares[more]! < 1) small.push(large.pop()!);
    }
    for (const rest of [...small, ...large]) this.#columns[2 * rest] = 1;
  }

  draw(random: Random): number {
    const place = (random.float() * this.#columns.length) / 2;
    const column = Math.floor(place);
    return place - column < this.#columns[2 * column]! ? column : this.#columns[2 * column + 1]!;
  }
}
