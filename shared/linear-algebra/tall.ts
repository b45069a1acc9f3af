import { type Heap, threadHeap } from '../kernels/heap.ts';
import { householderEigen } from './householder-eigen.ts';
import { placeRows, strideOf } from './stride.ts';

/** Directions whose share of the largest squared length is below this are rounding noise. */
const RANK_TOLERANCE = 1e-12;

type Numbers = Float32Array | Float64Array;

/** A^T B of two tall matrices (row-major, rows x columns): columns x columns. */
export function innerProduct(a: Numbers, b: Numbers, columns: number): Float64Array {
  const heap = threadHeap();
  const stride = strideOf(columns);
  const rows = a.length / columns;
  return withMemory(heap, [rows * stride, a === b ? 0 : rows * stride, stride * stride], ([first, other, product]) => {
    placeRows(a, columns, heap.float64(first!, rows * stride));
    if (a !== b) placeRows(b, columns, heap.float64(other!, rows * stride));
    heap.float64(product!, stride * stride).fill(0);
    heap.kernels.tallInnerProduct(first!, a === b ? first! : other!, rows, stride, product!);
    return take(heap, product!, columns, columns);
  });
}

/** A R of a tall matrix (row-major, rows x columns) and a small one (columns x columns). */
export function multiplyRight(a: Numbers, right: Float64Array, columns: number): Float64Array {
  const heap = threadHeap();
  const stride = strideOf(columns);
  const rows = a.length / columns;
  return withMemory(heap, [rows * stride, stride * stride, rows * stride], ([tall, square, product]) => {
    placeRows(a, columns, heap.float64(tall!, rows * stride));
    placeRows(right, columns, heap.float64(square!, stride * stride).fill(0));
    heap.kernels.tallTimesSquare(tall!, square!, rows, stride, product!);
    return take(heap, product!, rows, columns);
  });
}

/**
 * An orthonormal basis of the columns of a tall matrix (row-major, rows x columns), by the eigenvectors of A^T A, twice,
 * since once loses half the digits. Columns that depend on others come out as zeros: nothing is divided by rounding noise.
 */
export function orthonormalise(a: Float64Array, columns: number): Float64Array {
  const once = normaliseColumns(a, columns);
  return normaliseColumns(once, columns);
}

function normaliseColumns(a: Float64Array, columns: number): Float64Array {
  const { values, vectors } = householderEigen(innerProduct(a, a, columns), columns);
  scaleColumns(vectors, columns, k => (values[k]! > RANK_TOLERANCE * values[0]! ? 1 / Math.sqrt(values[k]!) : 0));
  return multiplyRight(a, vectors, columns);
}

/** Multiplies each column k of a matrix (row-major) by `scale(k)`, in place. */
export function scaleColumns(matrix: Float64Array, columns: number, scale: (column: number) => number): void {
  const scales = Float64Array.from({ length: columns }, (_, column) => scale(column));
  for (let start = 0; start < matrix.length; start += columns) {
    for (let k = 0; k < columns; k++) matrix[start + k]! *= scales[k]!;
  }
}

/** Runs with blocks of so many doubles each, which are given back. */
function withMemory<Result>(
  heap: Heap,
  doubles: readonly number[],
  run: (blocks: readonly number[]) => Result,
): Result {
  const blocks = doubles.map(count => heap.kernels.allocate(8 * count));
  try {
    return run(blocks);
  } finally {
    for (const block of blocks) heap.kernels.release(block);
  }
}

function take(heap: Heap, pointer: number, rows: number, columns: number): Float64Array {
  const stride = strideOf(columns);
  const placed = heap.float64(pointer, rows * stride);
  if (stride === columns) return placed.slice();
  const matrix = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    matrix.set(placed.subarray(row * stride, row * stride + columns), row * columns);
  }
  return matrix;
}
