import { seededRandom } from '../../../shared/random/seeded.ts';

/** All matrices here are row-major in one flat array. */
export function matrixOf(order: number, element: (row: number, column: number) => number): Float64Array {
  return Float64Array.from({ length: order * order }, (_, at) => element(Math.floor(at / order), at % order));
}

/** Independent standard normal numbers. */
export function randomNumbers(length: number, ...path: readonly (string | number)[]): Float64Array {
  const random = seededRandom(20_260_402, ...path);
  return Float64Array.from({ length }, () => random.normal());
}

/** A + A^T for a random A. */
export function randomSymmetric(order: number, ...path: readonly (string | number)[]): Float64Array {
  const a = randomNumbers(order * order, 'symmetric', order, ...path);
  return matrixOf(order, (row, column) => a[row * order + column]! + a[column * order + row]!);
}

/** X^T X + I / 10 for a random X, the condition number some thousands. */
export function randomSpd(order: number): Float64Array {
  const x = randomNumbers(order * order, 'spd', order);
  return matrixOf(order, (row, column) => {
    let sum = row === column ? 0.1 : 0;
    for (let k = 0; k < order; k++) sum += x[k * order + row]! * x[k * order + column]!;
    return sum;
  });
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers cannot be compared with ${b.length}.`);
  let largest = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k]! - b[k]!);
    // Not Math.max: a NaN has to count as the worst.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

/** A B of rows x inner and inner x columns. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let k = 0; k < inner; k++) result[row * columns + column]! += a[row * inner + k]! * b[k * columns + column]!;
    }
  }
  return result;
}

export function transpose(a: ArrayLike<number>, columns: number): Float64Array {
  const rows = a.length / columns;
  return Float64Array.from({ length: a.length }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** A A^T of rows x columns. */
export function outer(a: ArrayLike<number>, columns: number): Float64Array {
  return product(a, transpose(a, columns), columns);
}

export function identity(order: number): Float64Array {
  return matrixOf(order, (row, column) => Number(row === column));
}

/** The solution X of A X = B (order x columns), by Gaussian elimination with partial pivoting. */
export function gaussianSolve(matrix: ArrayLike<number>, order: number, right: ArrayLike<number>): Float64Array {
  const columns = right.length / order;
  const rows = Array.from({ length: order }, (_, row) => [
    ...Array.from({ length: order }, (_, column) => matrix[row * order + column]!),
    ...Array.from({ length: columns }, (_, column) => right[row * columns + column]!),
  ]);
  for (let k = 0; k < order; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, at) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + at : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let row = 0; row < order; row++) {
      if (row === k) continue;
      const factor = rows[row]![k]! / rows[k]![k]!;
      rows[row] = rows[row]!.map((value, at) => value - factor * rows[k]![at]!);
    }
  }
  return Float64Array.from(rows.flatMap((row, k) => row.slice(order).map(value => value / row[k]!)));
}
