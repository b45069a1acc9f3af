/** Numbers from one row to the next where kernels read rows of so many: filled up to a multiple of 4. */
export function strideOf(columns: number): number {
  return (columns + 3) & ~3;
}

type Numbers = Float32Array | Float64Array;

/** Copies a matrix [rows, columns] to [rows, stride], zeros between the rows. */
export function placeRows(matrix: Numbers, columns: number, to: Numbers): void {
  const stride = strideOf(columns);
  if (stride === columns) {
    to.set(matrix);
    return;
  }
  to.fill(0);
  for (let from = 0, start = 0; from < matrix.length; from += columns, start += stride) {
    to.set(matrix.subarray(from, from + columns), start);
  }
}
