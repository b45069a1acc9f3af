import { NumericalError } from '../errors.ts';

/** Columns eliminated, and columns updated, at a time: the panel's tiles of one block, 32 KB, stay in the L1 cache. */
const BLOCK = 64;
/** Rows and columns of a register tile; divides the block. */
const TILE = 4;

/**
 * Replaces a symmetric positive definite matrix (row-major, order x order) by its inverse, in place. Reads the upper
 * triangle and fills in both. Takes order^3 floating point operations, and order x 64 numbers of memory.
 *
 * One blocked sweep interleaves the three steps of inversion by Cholesky factors: A = L L^T, W = L^-T, and
 * A^-1 = W W^T (potrf, trtri and lauum in LAPACK). When the block of columns K is eliminated, the panel P takes W in
 * the rows up to K and L in the rows behind, and every block on or above the diagonal is updated once:
 *
 *     A[I, J] -= P[I] P[J]^T  for J behind K: what is left to factor if I is behind K too, else what becomes W
 *     A[I, J] += P[I] P[J]^T  for J up to K: the inverse, summed up over K
 *
 * @throws NumericalError if the matrix is not positive definite to working precision.
 */
export function invertSpd(matrix: Float64Array, order: number): void {
  const smallestPivot = order * Number.EPSILON * largestDiagonal(matrix, order);
  const panel = new Float64Array(Math.ceil(order / TILE) * TILE * BLOCK);
  for (let from = 0; from < order; from += BLOCK) {
    const to = Math.min(from + BLOCK, order);
    const factor = cholesky(matrix, order, from, to, smallestPivot);
    takePanel(matrix, order, from, to, panel);
    solvePanel(panel, factor, to - from);
    update(matrix, order, to, panel, to - from);
  }
  for (let row = 0; row < order; row++) {
    for (let column = row + 1; column < order; column++) matrix[column * order + row] = matrix[row * order + column]!;
  }
}

function largestDiagonal(matrix: Float64Array, order: number): number {
  let largest = 0;
  for (let row = 0; row < order; row++) largest = Math.max(largest, matrix[row * order + row]!);
  return largest;
}

/** The factor L (row-major, lower) of the diagonal block that `from` and `to` bound. */
function cholesky(matrix: Float64Array, order: number, from: number, to: number, smallestPivot: number): Float64Array {
  const width = to - from;
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

/** Where a row's first number is in the panel, whose tiles of four rows are stored column by column. */
function panelStart(row: number): number {
  return (row - (row % TILE)) * BLOCK + (row % TILE);
}

/** Moves the block's columns above the diagonal and its rows behind it to the panel, with the identity between. */
function takePanel(matrix: Float64Array, order: number, from: number, to: number, panel: Float64Array): void {
  for (let row = 0; row < order; row++) {
    const start = panelStart(row);
    for (let k = 0; k < to - from; k++) {
      const at = row < to ? row * order + from + k : (from + k) * order + row;
      panel[start + TILE * k] = row >= from && row < to ? Number(row - from === k) : matrix[at]!;
      matrix[at] = 0;
    }
  }
}

/** Replaces each row x of the panel by the solution y of y L^T = x. */
function solvePanel(panel: Float64Array, factor: Float64Array, width: number): void {
  for (let tile = 0; tile < panel.length; tile += TILE * BLOCK) {
    for (let column = 0; column < width; column++) {
      const at = tile + TILE * column;
      let x0 = panel[at]!;
      let x1 = panel[at + 1]!;
      let x2 = panel[at + 2]!;
      let x3 = panel[at + 3]!;
      for (let k = 0; k < column; k++) {
        const l = factor[column * width + k]!;
        const y = tile + TILE * k;
        x0 -= l * panel[y]!;
        x1 -= l * panel[y + 1]!;
        x2 -= l * panel[y + 2]!;
        x3 -= l * panel[y + 3]!;
      }
      const pivot = factor[column * width + column]!;
      panel[at] = x0 / pivot;
      panel[at + 1] = x1 / pivot;
      panel[at + 2] = x2 / pivot;
      panel[at + 3] = x3 / pivot;
    }
  }
}

/** Adds P P^T to the columns before `to`, and subtracts it from the others, on and above the diagonal. */
function update(matrix: Float64Array, order: number, to: number, panel: Float64Array, width: number): void {
  const products = new Float64Array(TILE * TILE);
  for (let band = 0; band < order; band += BLOCK) {
    const bandEnd = Math.min(band + BLOCK, order);
    for (let row = 0; row < bandEnd; row += TILE) {
      const rows = Math.min(TILE, order - row);
      for (let column = Math.max(band, row); column < bandEnd; column += TILE) {
        multiplyTiles(panel, row * BLOCK, column * BLOCK, width, products);
        const sign = column < to ? 1 : -1;
        const columns = Math.min(TILE, order - column);
        for (let r = 0; r < rows; r++) {
          const at = (row + r) * order + column;
          for (let c = 0; c < columns; c++) matrix[at + c]! += sign * products[r * TILE + c]!;
        }
      }
    }
  }
}

/** The products of the four rows of one tile with the four of another, row-major. */
function multiplyTiles(panel: Float64Array, left: number, right: number, width: number, products: Float64Array): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  const end = left + TILE * width;
  for (let a = left, b = right; a < end; a += TILE, b += TILE) {
    const b0 = panel[b]!;
    const b1 = panel[b + 1]!;
    const b2 = panel[b + 2]!;
    const b3 = panel[b + 3]!;
    const a0 = panel[a]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = panel[a + 1]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = panel[a + 2]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = panel[a + 3]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  products[0] = s00;
  products[1] = s01;
  products[2] = s02;
  products[3] = s03;
  products[4] = s10;
  products[5] = s11;
  products[6] = s12;
  products[7] = s13;
  products[8] = s20;
  products[9] = s21;
  products[10] = s22;
  products[11] = s23;
  products[12] = s30;
  products[13] = s31;
  products[14] = s32;
  products[15] = s33;
}
