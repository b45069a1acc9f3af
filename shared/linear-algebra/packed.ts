/** How many elements the upper triangle of a symmetric matrix has, its diagonal included. */
export function packedLength(order: number): number {
  return (order * (order + 1)) / 2;
}

/** Where element (row, column), row <= column, is in the upper triangle that is stored row by row. */
export function packedIndex(order: number, row: number, column: number): number {
  return row * order - (row * (row - 1)) / 2 + column - row;
}

/** The symmetric matrix (row-major, order x order) of an upper triangle, in memory that may be given. */
export function unpack(
  packed: Float64Array,
  order: number,
  matrix: Float64Array = new Float64Array(order * order),
): Float64Array {
  unpackUpper(packed, order, matrix);
  mirrorUpper(matrix, order);
  return matrix;
}

/** Writes the upper triangle alone. */
export function unpackUpper(packed: Float64Array, order: number, matrix: Float64Array): void {
  for (let row = 0, from = 0; row < order; row++) {
    const to = from + order - row;
    matrix.set(packed.subarray(from, to), row * (order + 1));
    from = to;
  }
}

/** Columns of which the caches hold a line each. */
const BLOCK = 32;

/** Copies what is above the diagonal to where it belongs below it. */
export function mirrorUpper(matrix: Float64Array, order: number): void {
  for (let start = 0; start < order; start += BLOCK) {
    const end = Math.min(order, start + BLOCK);
    for (let row = start + 1; row < order; row++) {
      const columns = Math.min(end, row);
      for (let column = start; column < columns; column++) matrix[row * order + column] = matrix[column * order + row]!;
    }
  }
}
