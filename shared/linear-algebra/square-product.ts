import { threadHeap } from '../kernels/heap.ts';
import { packTiles, padded } from './tiles.ts';

/** Rows of a band of the product, and columns added up at a time: the tiles of one block, 32 KB, stay in the L1 cache. */
const BLOCK = 64;

/** A B of two square matrices (row-major, order x order). About 8 order^2 bytes of kernel memory. */
export function squareProduct(a: Float64Array, b: Float64Array, order: number): Float64Array {
  return multiply(a, b, order, false);
}

/** A B where it is known to be symmetric: half the work. */
export function symmetricProduct(a: Float64Array, b: Float64Array, order: number): Float64Array {
  const product = multiply(a, b, order, true);
  for (let row = 0; row < order; row++) {
    for (let column = 0; column < row; column++) product[row * order + column] = product[column * order + row]!;
  }
  return product;
}

/** With `upper`, the blocks on and above the diagonal only. */
function multiply(a: Float64Array, b: Float64Array, order: number, upper: boolean): Float64Array {
  const heap = threadHeap();
  const { kernels } = heap;
  const stride = padded(order);
  const target = kernels.allocate(8 * stride * stride);
  const left = kernels.allocate(8 * stride * BLOCK);
  const right = kernels.allocate(8 * stride * BLOCK);
  try {
    heap.float64(target, stride * stride).fill(0);
    for (let from = 0; from < order; from += BLOCK) {
      const depth = Math.min(BLOCK, order - from);
      const columnsOfA = { values: a, offset: from, rowStep: order, columnStep: 1 };
      const rowsOfB = { values: b, offset: from * order, rowStep: 1, columnStep: order };
      packTiles(heap.float64(left, stride * depth), columnsOfA, order);
      packTiles(heap.float64(right, stride * depth), rowsOfB, order);
      for (let column = 0; column < stride; column += BLOCK) {
        const columns = Math.min(BLOCK, stride - column);
        const rows = upper ? column + columns : stride;
        kernels.addProducts(target + 8 * column, stride, rows, columns, left, right + 8 * column * depth, depth, 1);
      }
    }
    const product = new Float64Array(order * order);
    for (let row = 0; row < order; row++) product.set(heap.float64(target + 8 * row * stride, order), row * order);
    return product;
  } finally {
    for (const block of [target, left, right]) kernels.release(block);
  }
}

export function transpose(matrix: Float64Array, order: number): Float64Array {
  const transposed = new Float64Array(order * order);
  for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) transposed[j * order + i] = matrix[i * order + j]!;
  return transposed;
}
