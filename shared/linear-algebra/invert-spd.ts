import { NumericalError } from '../errors.ts';
import { threadHeap } from '../kernels/heap.ts';
import { alone, type Team } from './team.ts';
import { type Block, packTiles, padded, unpackTiles } from './tiles.ts';

/** Columns eliminated, and rows of a band: the tiles of one block, 32 KB, stay in the L1 cache. */
const BLOCK = 64;

/**
 * Replaces a symmetric positive definite matrix (row-major, order x order) by its inverse, in place. Reads the upper
 * triangle and fills in both. Takes order^3 floating point operations, and 4 order^2 bytes of kernel memory.
 *
 * In float64 by our own kernels, not by a native library: a seed has to fix a run bit by bit whatever else is installed.
 *
 * @throws NumericalError if the matrix is not positive definite to working precision.
 */
export function invertSpd(matrix: Float64Array, order: number): void {
  invertSpdTogether(matrix, order, alone);
}

/**
 * `invertSpd` by a team, each member of which calls this with the same matrix over shared memory. The result is the same,
 * bit by bit, whatever the team's size; where one member throws a NumericalError all do.
 *
 * One blocked sweep interleaves the three steps of inversion by Cholesky factors: A = L L^T, W = L^-T, and
 * A^-1 = W W^T (potrf, trtri and lauum in LAPACK). When the block of columns K is eliminated, the panel P takes W in
 * the rows up to K and L in the rows behind, and every block on or above the diagonal is updated once:
 *
 *     A[I, J] -= P[I] P[J]^T  for J behind K: what is left to factor if I is behind K too, else what becomes W
 *     A[I, J] += P[I] P[J]^T  for J up to K: the inverse, summed up over K
 *
 * Every size-th band of rows is a member's own, and in its kernel memory while the sweep lasts. Meanwhile the matrix is what
 * members tell each other through: row K of what is left to factor on and above the diagonal, the panel in columns K.
 */
export function invertSpdTogether(matrix: Float64Array, order: number, team: Team): void {
  const smallestPivot = order * Number.EPSILON * largestDiagonal(matrix, order);
  const share = new Share(matrix, order, team);
  try {
    for (let from = 0; from < order; from += BLOCK) {
      share.publishRows(from);
      team.barrier();
      const width = Math.min(BLOCK, order - from);
      share.solvePanel(from, cholesky(matrix, order, from, width, smallestPivot), width);
      team.barrier();
      share.update(from, width);
    }
    team.barrier();
    share.publishInverse();
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

/** The factor L (row-major, lower) of the diagonal block that begins at `from`. */
function cholesky(
  matrix: Float64Array,
  order: number,
  from: number,
  width: number,
  smallestPivot: number,
): Float64Array {
  const factor = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[(from + column) * order + from + row]!;
      for (let k = 0; k < column; k++) rest -= factor[row * width + k]! * factor[column * width + k]!;
      if (column < row) {
        factor[row * width + column] = rest / factor[column * width + column]!;
      } else if (rest > smallestPivot) {
        factor[row * width + row] = Math.sqrt(rest);
      } else {
        throw new NumericalError(
          `The matrix is not positive definite (pivot ${from + row} of ${order} is ${rest}). Add more to its diagonal.`,
        );
      }
    }
  }
  return factor;
}

/** Rows of the matrix from their diagonal block on: float64 [height, stride] in kernel memory, both padded. */
interface Band {
  /** The first row, and the first column. */
  readonly start: number;
  readonly height: number;
  readonly stride: number;
  readonly pointer: number;
}

/** What one member has and does. */
class Share {
  readonly #matrix: Float64Array;
  readonly #order: number;
  readonly #heap = threadHeap();
  readonly #bands: readonly Band[];
  /** The panel in tiles, float64 [order, width], its rows padded. */
  readonly #panel: number;
  /** L, float64 [width, width]. */
  readonly #lower: number;

  constructor(matrix: Float64Array, order: number, { rank, size }: Team) {
    this.#matrix = matrix;
    this.#order = order;
    const { kernels } = this.#heap;
    this.#panel = kernels.allocate(8 * padded(order) * BLOCK);
    this.#lower = kernels.allocate(8 * BLOCK * BLOCK);
    const bands: Band[] = [];
    for (let start = rank * BLOCK; start < order; start += size * BLOCK) {
      const height = Math.min(BLOCK, order - start);
      const stride = padded(order - start);
      bands.push({ start, height, stride, pointer: kernels.allocate(8 * padded(height) * stride) });
    }
    this.#bands = bands;
    for (const band of bands) {
      const values = this.#valuesOf(band);
      for (let r = 0; r < band.height; r++) values.set(this.#rowOf(band, r), r * band.stride);
    }
  }

  release(): void {
    const { kernels } = this.#heap;
    for (const { pointer } of this.#bands) kernels.release(pointer);
    kernels.release(this.#lower);
    kernels.release(this.#panel);
  }

  /** If band K is one's own: moves its rows to the matrix. */
  publishRows(from: number): void {
    const band = this.#bands.find(({ start }) => start === from);
    if (band === undefined) return;
    const values = this.#valuesOf(band);
    for (let r = 0; r < band.height; r++) {
      const row = this.#rowOf(band, r);
      row.set(values.subarray(r * band.stride, r * band.stride + row.length));
    }
    values.fill(0);
  }

  /** Takes and solves the panel's rows of one's own bands and publishes them, and solves those of block K, the identity. */
  solvePanel(from: number, factor: Float64Array, width: number): void {
    this.#heap.float64(this.#lower, width * width).set(factor);
    packTiles(this.#panelTiles(from, width), identity(width), width);
    this.#solve(from, width);
    for (const band of this.#bands) {
      const { start, height } = band;
      if (start === from) continue;
      const tiles = this.#panelTiles(start, width);
      const rest = start < from ? this.#inBand(band, from) : this.#inRows(start, from);
      packTiles(tiles, rest, height);
      if (start < from) clear(rest, height, width);
      this.#solve(start, width);
      unpackTiles(tiles, this.#inColumns(start, from), height);
    }
  }

  /** Takes the others' rows of the panel, then adds P P^T to the columns up to block K and subtracts it from those behind. */
  update(from: number, width: number): void {
    const order = this.#order;
    const known = new Set(this.#bands.map(({ start }) => start)).add(from);
    for (let start = 0; start < order; start += BLOCK) {
      if (known.has(start)) continue;
      packTiles(this.#panelTiles(start, width), this.#inColumns(start, from), Math.min(BLOCK, order - start));
    }
    for (const { start, height, stride, pointer } of this.#bands) {
      const left = this.#panelAt(start, width);
      for (let column = start; column < order; column += BLOCK) {
        const columns = padded(Math.min(BLOCK, order - column));
        const target = pointer + 8 * (column - start);
        const right = this.#panelAt(column, width);
        const sign = column <= from ? 1 : -1;
        this.#heap.kernels.addProducts(target, stride, padded(height), columns, left, right, width, sign);
      }
    }
  }

  /** Writes one's own bands to the matrix, on both sides of the diagonal. */
  publishInverse(): void {
    const order = this.#order;
    const matrix = this.#matrix;
    for (const band of this.#bands) {
      const { start, height, stride } = band;
      const values = this.#valuesOf(band);
      for (let r = 0; r < height; r++) {
        const row = this.#rowOf(band, r);
        row.set(values.subarray(r * stride, r * stride + row.length));
      }
      for (let column = start + height; column < order; column++) {
        for (let r = 0; r < height; r++) matrix[column * order + start + r] = values[r * stride + column - start]!;
      }
    }
  }

  #valuesOf({ pointer, height, stride }: Band): Float64Array {
    return this.#heap.float64(pointer, padded(height) * stride);
  }

  /** What of a band's r-th row there is in the matrix. */
  #rowOf({ start }: Band, r: number): Float64Array {
    const at = (start + r) * this.#order;
    return this.#matrix.subarray(at + start, at + this.#order);
  }

  #panelAt(start: number, width: number): number {
    return this.#panel + 8 * start * width;
  }

  #panelTiles(start: number, width: number): Float64Array {
    return this.#heap.float64(this.#panelAt(start, width), padded(Math.min(BLOCK, this.#order - start)) * width);
  }

  #solve(start: number, width: number): void {
    const rows = padded(Math.min(BLOCK, this.#order - start));
    this.#heap.kernels.solveTiles(this.#panelAt(start, width), rows, width, this.#lower);
  }

  /** The panel's rows from `start` as what is left to eliminate in a band before block K, */
  #inBand(band: Band, from: number): Block {
    return { values: this.#valuesOf(band), offset: from - band.start, rowStep: band.stride, columnStep: 1 };
  }

  /** behind it in the published rows of band K, */
  #inRows(start: number, from: number): Block {
    const order = this.#order;
    return { values: this.#matrix, offset: from * order + start, rowStep: 1, columnStep: order };
  }

  /** and where they are published. */
  #inColumns(start: number, from: number): Block {
    const order = this.#order;
    return { values: this.#matrix, offset: start * order + from, rowStep: order, columnStep: 1 };
  }
}

function identity(order: number): Block {
  const values = new Float64Array(order * order);
  for (let k = 0; k < order; k++) values[k * order + k] = 1;
  return { values, offset: 0, rowStep: order, columnStep: 1 };
}

function clear({ values, offset, rowStep }: Block, rows: number, width: number): void {
  for (let r = 0; r < rows; r++) values.fill(0, offset + r * rowStep, offset + r * rowStep + width);
}
