import { describe, expect, it } from 'vitest';
import { mendSegmentSum } from '../../../../shared/learners/tfjs/segment-sum.ts';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { loadTfjs } from '../../../../simulations/learners/backend.ts';

/** Rows 1 and 4 are taken twice, row 3 never. */
const NUMBERS = [4, 1, 0, 1, 2, 4];
const ROWS = 5;

describe.each(['cpu', 'wasm'] as const)('the gradient of gather on %s', backend => {
  it.each([{ rest: [] }, { rest: [3] }, { rest: [2, 3] }])(
    'sums what each row was taken for: rows of shape $rest',
    async ({ rest }) => {
      const { tf } = await loadTfjs([backend]);
      mendSegmentSum(tf);
      const random = seededRandom(3, backend, rest.length);
      const width = rest.reduce((product, size) => product * size, 1);
      const factors = Float32Array.from({ length: NUMBERS.length * width }, () => random.normal());
      const gradient = tf.tidy(() => {
        const weights = tf.tensor(factors, [NUMBERS.length, ...rest]);
        const loss = (table: ReturnType<typeof tf.zeros>) =>
          tf.sum(tf.mul(weights, tf.gather(table, tf.tensor1d(NUMBERS, 'int32'))));
        const found = tf.grad(loss)(tf.zeros([ROWS, ...rest]));
        expect(found.shape).toEqual([ROWS, ...rest]);
        return [...found.dataSync()];
      });
      const expected = new Array<number>(ROWS * width).fill(0);
      for (const [r, number] of NUMBERS.entries()) {
        for (let k = 0; k < width; k++) expected[number * width + k]! += factors[r * width + k]!;
      }
      for (const [k, value] of expected.entries()) expect(gradient[k]).toBeCloseTo(value, 5);
    },
  );

  it('takes no longer for a table of many rows than its size asks', async () => {
    const { tf } = await loadTfjs([backend]);
    mendSegmentSum(tf);
    let kernels = 0;
    const { kernelNames } = await tf.profile(() => {
      kernels++;
      return tf.grad(table => tf.sum(tf.gather(table, tf.tensor1d([7], 'int32'))))(tf.zeros([20_000, 4]));
    });
    expect(kernels).toBe(1);
    expect(kernelNames).toContain('UnsortedSegmentSum');
  });
});
