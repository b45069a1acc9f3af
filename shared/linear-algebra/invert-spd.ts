import { NumericalError } from '../errors.ts';
import { threadHeap } from '../kernels/heap.ts';
import { BLOCK, BLOCK_LENGTH, blockCount, packBlock, placeInBlock, unpackBlock } from './blocks.ts';
import { alone, type Team } from './team.ts';

const BLOCK_BYTES = 8 * BLOCK_LENGTH;

/**
 * Replaces a symmetric positive definite matrix (row-major, order x order) by its inverse, in place. Reads the upper
 * triangle and fills in both. Takes order^3 floating point operations, and 4 order^2 bytes of kernel memory.
 *
 * In float64 by our own kernels, not by a native library: a seed has to fix a run bit by bit whatever else is installed.
 *
 * @throws NumericalError if the matrix is not positive definite to working precision; the matrix is then void.
 */
export function invertSpd(matrix: Float64Array, order: number): void {
  invertSpdTogether(matrix, order, alone);
}

/**
 * `invertSpd` by a team, each member of which calls this with the same matrix over shared memory. The result is the same,
 * bit by bit, whatever the team's size; where one member throws a NumericalError all do.
 *
 * In blocks, and in three steps, each a sum over K of products of blocks that add up in the L1 cache:
 *
 *     A = L L^T      L[I, J] = (A[I, J] - sum over K < J of L[I, K] L[J, K]^T) L[J, J]^-T   for J <= I
 *     W = L^-T       W[I, J] = ([I = J] - sum over I <= K < J of W[I, K] L[J, K]^T) L[J, J]^-T   for I <= J
 *     A^-1 = W W^T   A^-1[I, J] = sum over K >= J of W[I, K] W[J, K]^T   for I <= J
 *
 * (potrf, trtri and lauum in LAPACK.) The first goes by columns J, so that a matrix that becomes indefinite early is found
 * to be so early. Every size-th row I of blocks is a member's own, and in its kernel memory. Meanwhile the matrix is where
 * members put L, and then W^T, block by block, for the others to read.
 */
export function invertSpdTogether(matrix: Float64Array, order: number, team: Team): void {
  const blocks = blockCount(order);
  const triangle = (blocks * (blocks + 1)) / 2;
  const smallestPivot = order * Number.EPSILON * largestDiagonal(matrix, order);
  // Small matrices have no room for the padding of blocks: there, every member does everything.
  const roomy = triangle * BLOCK_LENGTH <= matrix.length;
  const board = roomy ? matrix : new Float64Array(triangle * BLOCK_LENGTH);
  const share = new Share(board, order, roomy ? team : alone);
  try {
    share.take(matrix);
    team.barrier();
    share.factor(smallestPivot);
    share.invertFactor();
    share.multiply();
    team.barrier();
    if (roomy || team.rank === 0) share.give(matrix);
    team.barrier();
  } finally {
    share.release();
  }
}

function largestDiagonal(matrix: Float64Array, order: number): number {
  let largest = 0;
  for (let row = 0; row < order; row++) largest = Math.max(largest, matrix[row * order + row]!);
  return largest;
}

/** What one member has and does. */
class Share {
  /** A lower triangle of blocks, row by row, that all see: L[I, J], and later W[J, I], is block (I, J). */
  readonly #board: Float64Array;
  readonly #order: number;
  readonly #blocks: number;
  readonly #team: Team;
  readonly #heap = threadHeap();
  /** The rows I of blocks that are one's own. */
  readonly #rows: readonly number[];
  /** Those rows, one behind the other: of A and L up to the diagonal, later of W and the inverse from it on. */
  readonly #own: number;
  /** L[J, J] for each J, row-major. */
  readonly #diagonal: number;
  /** Blocks of a row that may be another's. */
  readonly #others: number;
  /** A sum of products. */
  readonly #sum: number;

  constructor(board: Float64Array, order: number, team: Team) {
    const blocks = blockCount(order);
    const count = Math.max(0, Math.ceil((blocks - team.rank) / team.size));
    this.#board = board;
    this.#order = order;
    this.#blocks = blocks;
    this.#team = team;
    this.#rows = Array.from({ length: count }, (_, n) => team.rank + n * team.size);
    const { kernels } = this.#heap;
    const numbers = Math.max(this.#startOfLower(count), this.#startOfUpper(count));
    this.#own = kernels.allocate(BLOCK_BYTES * numbers);
    this.#diagonal = kernels.allocate(BLOCK_BYTES * blocks);
    this.#others = kernels.allocate(BLOCK_BYTES * blocks);
    this.#sum = kernels.allocate(BLOCK_BYTES);
  }

  release(): void {
    for (const pointer of [this.#sum, this.#others, this.#diagonal, this.#own]) this.#heap.kernels.release(pointer);
  }

  /** Copies the own rows of A, filled up with the identity to whole blocks. What is below the diagonal stays unused. */
  take(matrix: Float64Array): void {
    const order = this.#order;
    for (const [n, row] of this.#rows.entries()) {
      for (let column = 0; column <= row; column++) {
        const part = { values: matrix, offset: (column * order + row) * BLOCK, rowStep: 1, columnStep: order };
        packBlock(this.#view(this.#lower(n, column)), part, this.#sizeOf(row), this.#sizeOf(column));
      }
      const diagonal = this.#view(this.#lower(n, row));
      for (let r = this.#sizeOf(row); r < BLOCK; r++) diagonal[placeInBlock(r, r)] = 1;
    }
  }

  /** L in place of A, and on the board. */
  factor(smallestPivot: number): void {
    const { kernels } = this.#heap;
    for (let column = 0; column < this.#blocks; column++) {
      const right = this.#fetch(column, k => boardIndex(column, k));
      for (const [n, row] of this.#rows.entries()) {
        if (row < column) continue;
        const target = this.#lower(n, column);
        for (let k = 0; k < column; k++) kernels.addProduct(target, this.#lower(n, k), right + BLOCK_BYTES * k, -1);
        if (row === column) this.#publish(target, boardIndex(row, column));
      }
      this.#team.barrier();
      this.#factorDiagonal(column, smallestPivot);
      for (const [n, row] of this.#rows.entries()) {
        if (row <= column) continue;
        kernels.solveRows(this.#lower(n, column), this.#diagonal + BLOCK_BYTES * column);
        this.#publish(this.#lower(n, column), boardIndex(row, column));
      }
      this.#team.barrier();
    }
  }

  /** W in place of L. */
  invertFactor(): void {
    const { kernels } = this.#heap;
    for (let column = 0; column < this.#blocks; column++) {
      const right = this.#fetch(column, k => boardIndex(column, k));
      for (const [n, row] of this.#rows.entries()) {
        if (row > column) break;
        const target = this.#upper(n, column);
        const block = this.#view(target).fill(0);
        if (row === column) for (let r = 0; r < BLOCK; r++) block[placeInBlock(r, r)] = 1;
        for (let k = row; k < column; k++) kernels.addProduct(target, this.#upper(n, k), right + BLOCK_BYTES * k, -1);
        kernels.solveRows(target, this.#diagonal + BLOCK_BYTES * column);
      }
    }
    this.#team.barrier();
    for (const [n, row] of this.#rows.entries()) {
      for (let k = row; k < this.#blocks; k++) this.#publish(this.#upper(n, k), boardIndex(k, row));
    }
    this.#team.barrier();
  }

  /** The inverse in place of W. */
  multiply(): void {
    const { kernels } = this.#heap;
    for (let column = 0; column < this.#blocks; column++) {
      const right = this.#fetch(this.#blocks - column, k => boardIndex(column + k, column));
      for (const [n, row] of this.#rows.entries()) {
        if (row > column) break;
        const sum = this.#view(this.#sum).fill(0);
        for (let k = column; k < this.#blocks; k++) {
          kernels.addProduct(this.#sum, this.#upper(n, k), right + BLOCK_BYTES * (k - column), 1);
        }
        this.#view(this.#upper(n, column)).set(sum);
      }
    }
  }

  /** Copies the own rows of the inverse to the matrix, on both sides of the diagonal. */
  give(matrix: Float64Array): void {
    const order = this.#order;
    for (const [n, row] of this.#rows.entries()) {
      for (let column = row; column < this.#blocks; column++) {
        const block = this.#view(this.#upper(n, column));
        const [rows, columns] = [this.#sizeOf(row), this.#sizeOf(column)];
        const above = { values: matrix, offset: (row * order + column) * BLOCK, rowStep: order, columnStep: 1 };
        const below = { values: matrix, offset: (column * order + row) * BLOCK, rowStep: 1, columnStep: order };
        unpackBlock(block, above, rows, columns);
        unpackBlock(block, below, rows, columns);
      }
    }
  }

  /** L[J, J] from what is left to factor there, which is on the board. */
  #factorDiagonal(at: number, smallestPivot: number): void {
    const start = boardIndex(at, at) * BLOCK_LENGTH;
    const rest = this.#board.subarray(start, start + BLOCK_LENGTH);
    const factor = this.#view(this.#diagonal + BLOCK_BYTES * at);
    factorBlock(rest, factor, this.#sizeOf(at), (pivot, value) => {
      if (value > smallestPivot) return;
      throw new NumericalError(
        `The matrix is not positive definite (pivot ${at * BLOCK + pivot} of ${this.#order} is ${value}). Add more to its diagonal.`,
      );
    });
  }

  /** Blocks of the board, side by side in kernel memory until the next call. */
  #fetch(count: number, indexOf: (k: number) => number): number {
    for (let k = 0; k < count; k++) {
      const from = indexOf(k) * BLOCK_LENGTH;
      this.#view(this.#others + BLOCK_BYTES * k).set(this.#board.subarray(from, from + BLOCK_LENGTH));
    }
    return this.#others;
  }

  #publish(pointer: number, index: number): void {
    this.#board.set(this.#view(pointer), index * BLOCK_LENGTH);
  }

  #view(pointer: number): Float64Array {
    return this.#heap.float64(pointer, BLOCK_LENGTH);
  }

  /** Rows of the matrix in the n-th row of blocks. */
  #sizeOf(n: number): number {
    return Math.min(BLOCK, this.#order - n * BLOCK);
  }

  /** Block k of the n-th own row up to the diagonal. */
  #lower(n: number, k: number): number {
    return this.#own + BLOCK_BYTES * (this.#startOfLower(n) + k);
  }

  /** Block k of the n-th own row from the diagonal on. */
  #upper(n: number, k: number): number {
    return this.#own + BLOCK_BYTES * (this.#startOfUpper(n) + k - this.#rows[n]!);
  }

  /** How many blocks the own rows before the n-th have up to the diagonal. */
  #startOfLower(n: number): number {
    const { rank, size } = this.#team;
    return n * (rank + 1) + (size * n * (n - 1)) / 2;
  }

  /** How many from the diagonal on. */
  #startOfUpper(n: number): number {
    const { rank, size } = this.#team;
    return n * (this.#blocks - rank) - (size * n * (n - 1)) / 2;
  }
}

/** L (row-major) of a block, the identity beyond its size. `check` is told the square of each number on L's diagonal. */
function factorBlock(
  block: Float64Array,
  factor: Float64Array,
  size: number,
  check: (pivot: number, value: number) => void,
): void {
  factor.fill(0);
  for (let row = size; row < BLOCK; row++) factor[row * BLOCK + row] = 1;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = block[placeInBlock(row, column)]!;
      for (let k = 0; k < column; k++) rest -= factor[row * BLOCK + k]! * factor[column * BLOCK + k]!;
      if (column === row) check(row, rest);
      factor[row * BLOCK + column] = column < row ? rest / factor[column * BLOCK + column]! : Math.sqrt(rest);
    }
  }
}

/** Which block of the board block (row, column) is. */
function boardIndex(row: number, column: number): number {
  return (row * (row + 1)) / 2 + column;
}
