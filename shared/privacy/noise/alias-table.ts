import type { Random } from '../../random/random.ts';

/** Columns of the table: the top 9 bits of a word choose one, the other 23 choose between its two entries. */
export const ALIAS_COLUMNS = 512;
const HEIGHT = 2 ** 32 / ALIAS_COLUMNS;

/** Draws k with probability weights[k] / 2^32 exactly, from one word (the alias method; Vose 1991, on integers). */
export class IntegerAliasTable {
  readonly #thresholds = new Uint32Array(ALIAS_COLUMNS).fill(HEIGHT);
  readonly #aliases = new Uint16Array(ALIAS_COLUMNS);

  /** @param weights ALIAS_COLUMNS integers that add up to 2^32 */
  constructor(weights: Float64Array) {
    const rest = weights.slice();
    const small: number[] = [];
    const large: number[] = [];
    for (const [column, weight] of rest.entries()) (weight < HEIGHT ? small : large).push(column);
    for (let less = small.pop(); less !== undefined; less = small.pop()) {
      const more = large.at(-1)!;
      this.#thresholds[less] = rest[less]!;
      this.#aliases[less] = more;
      rest[more]! -= HEIGHT - rest[less]!;
      if (rest[more]! < HEIGHT) small.push(large.pop()!);
    }
  }

  draw(random: Random): number {
    const word = random.uint32();
    const column = word >>> 23;
    return (word & (HEIGHT - 1)) < this.#thresholds[column]! ? column : this.#aliases[column]!;
  }
}
