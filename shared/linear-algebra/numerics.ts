import { invertSpd } from './invert-spd.ts';

/** Where the largest computations of a coordinator run: on this thread, or on several at once, with the same bits. */
export interface Numerics {
  /** Zeros, in memory where the other functions work without copying. */
  doubles(length: number): Float64Array;
  /** See `invertSpd`. */
  invertSpd(matrix: Float64Array, order: number): void;
}

export const singleThread: Numerics = { doubles: length => new Float64Array(length), invertSpd };
