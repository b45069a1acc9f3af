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
  for (let row = 0, at = 0; row < order; row++) {
    for (let column = row; column < order; column++, at++) {
      matrix[row * order + column] = packed[at]!;
      matrix[column * order + row] = packed[at]!;
    }
  }
  return matrix;
}
