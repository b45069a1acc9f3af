import type { Random } from '../../random/random.ts';
import { ALIAS_COLUMNS, IntegerAliasTable } from './alias-table.ts';
import type { Bounds } from './rational.ts';

/** Draws integers, one or a vector of them. */
export interface NoiseSampler {
  sample(random: Random): number;
  /**
   * Adds an independent draw to each coordinate. The whole vector is drawn before anything can be answered, so how long
   * one coordinate took is not seen; the time in all still varies a little with the draws: this code is not constant-time.
   */
  addTo(totals: Float64Array, random: Random): void;
}

/** A log-concave distribution on the integers, f up to a constant factor. */
export interface LatticeDensity {
  /** Where f is largest. */
  readonly mode: number;
  /** About a standard deviation: f falls by half or more within 8 of it, on either side and from the first step on. */
  readonly scale: number;
  /** log f(x) / f(mode), within 2^-28 where it is above -50; -Infinity outside the support. */
  logRatio(x: number): number;
  /** Bounds on 2^bits f(x) / f(mode), not more than 2^32 apart and closer, relatively, as bits grow. */
  ratioBounds(x: number, bits: number): Bounds;
}

/** Blocks on each side of the mode; the last is the tail. */
const BLOCKS = ALIAS_COLUMNS / 2;
const TAIL = BLOCKS - 1;
/** A piece of the tail is 2^8 blocks wide. */
const PIECE_BITS = 8;
/** Relative slack of numbers computed in doubles that must err to one side. */
const SLACK = 2 ** -20;
/** Doubles decide unless they are so close, in units of 2^-32: far beyond their error, even with a poor Math.exp. */
const MARGIN = 2 ** 8;
/** Bits that the exact comparison computes beyond those that it compares. */
const GUARD_BITS = 64;

/**
 * Draws from a log-concave distribution on the integers, exactly: not up to rounding, but with the probabilities of the
 * definition, given uniform random words. A floating-point filter with an exact fallback, as in exact geometric predicates.
 *
 * Rejection (von Neumann) under a staircase: either side of the mode is cut into blocks of 2^b integers, 1/32 to 1/16 of
 * the scale wide. A block is drawn by integer weights out of 2^32, an integer within it by b random bits, and x is
 * accepted with probability f(x) S / height, S being a constant and height the integer height of the stair, at least
 * S f on the whole block (computed in doubles with slack to spare, and rounded up). The last weight stands for the
 * infinite tail: pieces of 256 blocks, each half as likely as the one before, which bounds a log-concave f.
 * All these proposals have the stated probabilities exactly. So all that remains is whether a uniform number, of
 * which 32 bits are drawn, is below f(x) S / height. Most often it is below the least value on the block (the squeeze); else
 * f(x) is computed in doubles, and where that is too close to tell, about once in 2^23 computations, integer interval
 * arithmetic of growing precision decides, drawing more bits of the uniform number as they are needed.
 *
 * Canonne, Kamath and Steinke (2020, arXiv 2004.00010) decide everything by exact coin flips instead; and Karney (2016,
 * arXiv 1303.6257) by comparing digits of uniform numbers. Both have the same distribution and are slower.
 */
export class LatticeSampler implements NoiseSampler {
  readonly #density: LatticeDensity;
  readonly #margin: number;
  /** Of a block, a power of two. */
  readonly #width: number;
  readonly #widthBits: number;
  /** S: f(mode) stands this high. */
  readonly #scaleFactor: number;
  readonly #table: IntegerAliasTable;
  /** Columns 2k and 2k + 1 are block k to the right and to the left. */
  readonly #heights = new Float64Array(ALIAS_COLUMNS);
  /** Accept a first word below this without looking at x. */
  readonly #squeezes = new Float64Array(ALIAS_COLUMNS);

  /** @param margin how close doubles may come before exact arithmetic decides, in units of 2^-32; 2^33: always */
  constructor(density: LatticeDensity, margin: number = MARGIN) {
    this.#density = density;
    this.#margin = margin;
    this.#widthBits = Math.max(0, Math.floor(Math.log2(density.scale / 16)));
    this.#width = 2 ** this.#widthBits;
    const edges = Float64Array.from({ length: ALIAS_COLUMNS }, (_, column) => this.#ratio(column, 0));
    const sizes = edges.map((_, column) => (column >> 1 === TAIL ? 2 * 2 ** PIECE_BITS : 1));
    const area = edges.reduce((sum, edge, column) => sum + edge * sizes[column]!, 0);
    // Rounding heights up adds at most two units for each of 510 blocks and of 1,024 parts of tails.
    this.#scaleFactor = Math.floor((2 ** 32 - 2 ** 12) / (area * (1 + 2 * SLACK)));
    for (const [column, edge] of edges.entries()) {
      this.#heights[column] = Math.ceil(this.#scaleFactor * edge * (1 + SLACK)) + 1;
    }
    const weights = this.#heights.map((height, column) => height * sizes[column]!);
    const rest = 2 ** 32 - weights.reduce((sum, weight) => sum + weight, 0);
    this.#heights[0]! += rest;
    weights[0]! += rest;
    this.#table = new IntegerAliasTable(weights);
    for (let column = 0; column < 2 * TAIL; column++) {
      // The tail has no least value: its squeezes stay at 0.
      const least = this.#ratio(column, this.#width - 1) * (1 - SLACK);
      this.#squeezes[column] = Math.floor((2 ** 32 * this.#scaleFactor * least) / this.#heights[column]!) - margin;
    }
  }

  sample(random: Random): number {
    for (;;) {
      const column = this.#table.draw(random);
      let offset = 0;
      let piece = 0;
      if (column < 2 * TAIL) {
        offset = randomBits(this.#widthBits, random);
      } else {
        // Each piece of the tail is half as likely as the one before.
        while (random.uint32() >= 2 ** 31) piece++;
        const within = randomBits(this.#widthBits + PIECE_BITS, random);
        offset = piece * this.#width * 2 ** PIECE_BITS + within;
      }
      const x = this.#at(column, offset);
      const word = random.uint32();
      if (word < this.#squeezes[column]! || this.#accepts(x, word, this.#heights[column]!, piece, random)) return x;
    }
  }

  addTo(totals: Float64Array, random: Random): void {
    for (let k = 0; k < totals.length; k++) totals[k]! += this.sample(random);
  }

  /** Whether a uniform number whose first 32 bits are `word` is below f(x) / f(mode) S 2^halvings / height. */
  #accepts(x: number, word: number, height: number, halvings: number, random: Random): boolean {
    const threshold = (2 ** 32 * Math.exp(this.#density.logRatio(x)) * this.#scaleFactor * 2 ** halvings) / height;
    if (word + 1 + this.#margin <= threshold) return true;
    if (word >= threshold + this.#margin) return false;
    const scale = BigInt(this.#scaleFactor) << BigInt(halvings);
    const unit = BigInt(height) << BigInt(GUARD_BITS);
    let uniform = BigInt(word);
    for (let bits = 32; ; bits += 32) {
      const { low, high } = this.#density.ratioBounds(x, bits + GUARD_BITS);
      if ((uniform + 1n) * unit <= low * scale) return true;
      if (uniform * unit >= high * scale) return false;
      uniform = (uniform << 32n) | BigInt(random.uint32());
    }
  }

  #ratio(column: number, offset: number): number {
    return Math.exp(this.#density.logRatio(this.#at(column, offset)));
  }

  /** The integer at an offset, outward, in a block: to the right from the mode on, to the left from the one before it. */
  #at(column: number, offset: number): number {
    const distance = (column >> 1) * this.#width + offset;
    return (column & 1) === 0 ? this.#density.mode + distance : this.#density.mode - 1 - distance;
  }
}

/** Uniform on the integers below 2^count; count up to 53. */
function randomBits(count: number, random: Random): number {
  if (count === 0) return 0;
  if (count <= 32) return random.uint32() >>> (32 - count);
  return (random.uint32() >>> (64 - count)) * 2 ** 32 + random.uint32();
}
