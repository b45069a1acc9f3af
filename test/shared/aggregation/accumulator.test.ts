import { describe, expect, test } from 'vitest';
import { Accumulator } from '../../../shared/aggregation/accumulator.ts';
import type { Contribution } from '../../../shared/aggregation/contribution.ts';
import { IntegerSum } from '../../../shared/aggregation/integer-sum.ts';
import { NumericalError } from '../../../shared/errors.ts';
import { Heap } from '../../../shared/kernels/heap.ts';
import { twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { CLIPPED, protect, protectedLength } from '../../../shared/privacy/protection.ts';
import { shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

const LENGTH = 200;
const random = seededRandom(3, 'accumulator');

/** Rows of one tensor of 20 x 5 numbers, and of one of 100. */
function contribution(scale: number): Contribution {
  const rowsOf = (count: number, width: number, offset: number) => {
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    shuffle(rows, random);
    const some = rows.slice(0, random.below(count + 1));
    const values = Float32Array.from({ length: some.length * width }, () => scale * random.normal());
    return { offset, width, rows: some, values };
  };
  return { length: LENGTH, parts: [rowsOf(20, 5, 0), rowsOf(100, 1, 100)] };
}

/** The same, its arrays in the memory of the kernels. */
function inside(heap: Heap, { length, parts }: Contribution): Contribution {
  const pointers = parts.map(({ rows, values }) => {
    const at = [rows, values].map(array => heap.kernels.allocate(array.byteLength));
    heap.int32(at[0]!, rows.length).set(rows);
    heap.float32(at[1]!, values.length).set(values);
    return at;
  });
  return {
    length,
    parts: parts.map((part, n) => ({
      ...part,
      rows: heap.int32(pointers[n]![0]!, part.rows.length),
      values: heap.float32(pointers[n]![1]!, part.values.length),
    })),
  };
}

describe.each([
  ['WebAssembly', wasmKernels],
  ['the twin', twinKernels],
])('an accumulator in %s', (_, kernels) => {
  test.each([
    ['clipped on the finest grid', CLIPPED],
    ['on a coarse grid', { ...CLIPPED, gridSteps: 1000 }],
    ['with the clip flag', { ...CLIPPED, gridSteps: 2 ** 29, clipFlagSteps: 2 ** 20 }],
  ])('adds what the chain of a device gives: %s', (_name, protection) => {
    const heap = new Heap(kernels());
    const plan = { phase: 'p', length: LENGTH, clipNorm: Math.PI, parameters: {} };
    const length = protectedLength(plan, protection);
    const accumulator = new Accumulator(length, heap);
    const expected = new IntegerSum(length);
    for (let device = 0; device < 40; device++) {
      const added = contribution(device % 3 === 0 ? 0.01 : 2);
      expected.add(protect(added, plan, protection, random));
      accumulator.add(device % 2 === 0 ? added : inside(heap, added), plan, protection);
    }
    const totals = new Float64Array(length);
    accumulator.addTo(totals);
    expect(totals).toEqual(expected.totals);
    accumulator.addTo(totals);
    expect(totals).toEqual(expected.totals.map(total => 2 * total));
  });

  test('takes nothing that is not finite, and stays as it was', () => {
    const accumulator = new Accumulator(1, new Heap(kernels()));
    const plan = { phase: 'p', length: 1, clipNorm: 1, parameters: {} };
    const of = (value: number): Contribution => {
      return { length: 1, parts: [{ offset: 0, width: 1, rows: Int32Array.of(0), values: Float32Array.of(value) }] };
    };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => accumulator.add(of(value), plan, CLIPPED)).toThrow(NumericalError);
    }
    accumulator.add(of(0.5), plan, CLIPPED);
    const totals = new Float64Array(1);
    accumulator.addTo(totals);
    expect([...totals]).toEqual([2 ** 29]);
  });
});
