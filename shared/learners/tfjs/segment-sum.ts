import type { Tf } from './definition.ts';

const KERNEL = 'UnsortedSegmentSum';

/**
 * Gives the cpu and wasm backends of tfjs a kernel for the gradient of `tf.gather`, the sum of rows by number: that of
 * cpu (4.22) goes over all rows once for each row of the table, seconds a step for a thousand items, and wasm has none.
 */
export function mendSegmentSum(tf: Tf): void {
  const backendName = tf.getBackend();
  if (backendName !== 'cpu' && backendName !== 'wasm') return;
  if (tf.getKernel(KERNEL, backendName) !== undefined) tf.unregisterKernel(KERNEL, backendName);
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { x, segmentIds } = inputs;
      const backend = tf.backend();
      const rows = backend.readSync(x!.dataId) as Float32Array;
      const numbers = backend.readSync(segmentIds!.dataId) as Int32Array;
      const shape = [attrs!.numSegments as number, ...x!.shape.slice(1)];
      const sums = sumBySegment(rows, numbers, shape[0]!);
      return { dataId: backend.write(sums, shape, 'float32'), shape, dtype: 'float32' };
    },
  });
}

/** sums[numbers[r]] <- sum of rows[r], where each row is as long as the others. */
function sumBySegment(rows: Float32Array, numbers: Int32Array, segments: number): Float32Array {
  const width = numbers.length === 0 ? 0 : rows.length / numbers.length;
  const sums = new Float32Array(segments * width);
  for (let r = 0; r < numbers.length; r++) {
    const from = r * width;
    const to = numbers[r]! * width;
    for (let k = 0; k < width; k++) sums[to + k]! += rows[from + k]!;
  }
  return sums;
}
