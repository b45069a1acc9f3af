import { threadHeap } from '../kernels/heap.ts';
import { BLOCK, BLOCK_LENGTH, blockCount, packBlock, unpackBlock } from './blocks.ts';
import { mirrorUpper } from './packed.ts';

/** A B of two square matrices (row-major, order x order). About 8 order^2 bytes of kernel memory. */
export function squareProduct(a: Float64Array, b: Float64Array, order: number): Float64Array {
  return multiply(a, b, order, false);
}

/** A B where it is known to be symmetric: half the work. */
export function symmetricProduct(a: Float64Array, b: Float64Array, order: number): Float64Array {
  const product = multiply(a, b, order, true);
  mirrorUpper(product, order);
  return product;
}

/** With `upper`, the blocks on and above the diagonal only. */
function multiply(a: Float64Array, b: Float64Array, order: number, upper: boolean): Float64Array {
  const heap = threadHeap();
  const { kernels } = heap;
  const blocks = blockCount(order);
  const sizeOf = (n: number): number => Math.min(BLOCK, order - n * BLOCK);
  // Block (n, k) of a band or of several, as it lies in memory: numbers of the product's rows, or columns, n.
  const left = kernels.allocate(8 * BLOCK_LENGTH * blocks);
  const right = kernels.allocate(8 * BLOCK_LENGTH * blocks ** 2);
  const target = kernels.allocate(8 * BLOCK_LENGTH);
  const blockAt = (pointer: number, at: number): number => pointer + 8 * BLOCK_LENGTH * at;
  const view = (pointer: number): Float64Array => heap.float64(pointer, BLOCK_LENGTH);
  try {
    const product = new Float64Array(order * order);
    for (let column = 0; column < blocks; column++) {
      for (let k = 0; k < blocks; k++) {
        const part = { values: b, offset: (k * order + column) * BLOCK, rowStep: 1, columnStep: order };
        packBlock(view(blockAt(right, column * blocks + k)), part, sizeOf(column), sizeOf(k));
      }
    }
    for (let row = 0; row < blocks; row++) {
      for (let k = 0; k < blocks; k++) {
        const part = { values: a, offset: (row * order + k) * BLOCK, rowStep: order, columnStep: 1 };
        packBlock(view(blockAt(left, k)), part, sizeOf(row), sizeOf(k));
      }
      for (let column = upper ? row : 0; column < blocks; column++) {
        view(target).fill(0);
        for (let k = 0; k < blocks; k++) {
          kernels.addProduct(target, blockAt(left, k), blockAt(right, column * blocks + k), 1);
        }
        const part = { values: product, offset: (row * order + column) * BLOCK, rowStep: order, columnStep: 1 };
        unpackBlock(view(target), part, sizeOf(row), sizeOf(column));
      }
    }
    return product;
  } finally {
    for (const pointer of [target, right, left]) kernels.release(pointer);
  }
}

export function transpose(matrix: Float64Array, order: number): Float64Array {
  const transposed = new Float64Array(order * order);
  for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) transposed[j * order + i] = matrix[i * order + j]!;
  return transposed;
}
