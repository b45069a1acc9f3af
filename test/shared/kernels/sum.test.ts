import { describe, expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { type Kernels, twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const KINDS: readonly [string, () => Kernels][] = [
  ['WebAssembly', wasmKernels],
  ['its twin', twinKernels],
];

describe.each(KINDS)('the sum kernels in %s', (_, create) => {
  const heap = new Heap(create());
  const { kernels } = heap;
  const place = (values: Float32Array | Float64Array | Int32Array): number => {
    const pointer = kernels.allocate(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(kernels.memory.buffer).set(bytes, pointer);
    return pointer;
  };

  it.each([0, 1, 3, 4, 5, 33, 1000])('squares %i numbers in the order of four partial sums', length => {
    const values = numbers(length);
    const partials = place(new Float64Array(4));
    kernels.squaredNorm(place(values), length, partials);
    const expected = [0, 0, 0, 0];
    const blocks = length - (length % 4);
    for (const [k, value] of values.entries()) expected[k < blocks ? k % 4 : 0]! += value * value;
    expect([...heap.float64(partials, 4)]).toEqual(expected);
  });

  it.each([1, 2, 3, 32, 33])('adds rows of %i scaled numbers, rounded toward zero', width => {
    const rows = Int32Array.of(7, 0, 3);
    const values = numbers(rows.length * width);
    const before = Float64Array.from({ length: 8 * width }, (_, k) => k);
    const totals = place(before);
    kernels.addScaledRows(totals, width, place(rows), rows.length, place(values), 1234.5678);
    const expected = before.slice();
    for (const [k, value] of values.entries()) {
      expected[rows[Math.floor(k / width)]! * width + (k % width)]! += Math.trunc(value * 1234.5678);
    }
    expect(heap.float64(totals, expected.length)).toEqual(expected);
  });
});

function numbers(length: number): Float32Array {
  const random = seededRandom(1, 'sum kernels', length);
  return Float32Array.from({ length }, () => random.normal() * 10 ** random.below(6));
}
