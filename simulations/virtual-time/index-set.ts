const WORD = 32;
/** Words of a block: 512 bits, as many as a search looks through one by one. */
const BLOCK_WORDS = 16;

/**
 * A set of integers 0 to `capacity` - 1 that finds its i-th smallest member, and changes, in a time that grows with the
 * logarithm of its capacity: bits, and over blocks of them a tree of counts (Fenwick 1994).
 */
export class IndexSet {
  readonly #words: Uint32Array;
  /** `#counts[b]`: how many members the blocks from b - (b & -b) up to, not with, b hold together; from 1. */
  readonly #counts: Int32Array;
  /** The largest power of two among the block numbers. */
  readonly #topStep: number;
  #size = 0;

  constructor(capacity: number) {
    const blocks = Math.max(1, Math.ceil(capacity / (WORD * BLOCK_WORDS)));
    this.#words = new Uint32Array(blocks * BLOCK_WORDS);
    this.#counts = new Int32Array(blocks + 1);
    this.#topStep = 2 ** Math.floor(Math.log2(blocks));
  }

  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return (this.#words[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    if (!this.has(index)) this.#flip(index, 1);
  }

  delete(index: number): void {
    if (this.has(index)) this.#flip(index, -1);
  }

  /** The member that `rank` members are smaller than; undefined if there is none. */
  at(rank: number): number | undefined {
    if (!(rank >= 0 && rank < this.#size)) return undefined;
    let left = rank;
    let block = 0;
    for (let step = this.#topStep; step > 0; step >>= 1) {
      const count = this.#counts[block + step];
      if (count === undefined || count > left) continue;
      block += step;
      left -= count;
    }
    let word = block * BLOCK_WORDS;
    for (let count = bitCount(this.#words[word]!); count <= left; count = bitCount(this.#words[++word]!)) left -= count;
    let bits = this.#words[word]!;
    for (; left > 0; left--) bits &= bits - 1;
    return word * WORD + (31 - Math.clz32(bits & -bits));
  }

  #flip(index: number, change: 1 | -1): void {
    this.#words[index >>> 5]! ^= 1 << (index & 31);
    this.#size += change;
    const blocks = this.#counts.length;
    for (let block = (index >>> 9) + 1; block < blocks; block += block & -block) this.#counts[block]! += change;
  }
}

/** Adds up bits in pairs, fours and bytes. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
