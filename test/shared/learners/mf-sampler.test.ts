import { describe, expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { Sampler } from '../../../shared/learners/mf/sampler.ts';
import type { Random } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

/** Draws for one device after another, by the kernels and by their twin. */
function samplerOf(catalogueSize: number, negatives: number) {
  const heaps = [new Heap(wasmKernels()), new Heap(twinKernels())] as const;
  const samplers = heaps.map(heap => new Sampler(heap, catalogueSize, negatives));
  return (bought: Int32Array, random: () => Random) => {
    const [found, twin] = heaps.map((heap, n) => {
      const sampler = samplers[n]!;
      const count = sampler.count(bought.length);
      const items = heap.kernels.allocate(4 * count);
      if (count > 0) sampler.draw(items, bought, random());
      return { items: heap.int32(items, count).slice(), negativeWeight: sampler.negativeWeight(bought.length) };
    });
    expect(twin).toEqual(found);
    return found!;
  };
}

describe('Sampler', () => {
  it('takes the bought items, then distinct others, which stand for all others', () => {
    const draw = samplerOf(100, 7);
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed);
      const bought = Int32Array.from({ length: 100 }, (_, item) => item).filter(() => random.below(3) === 0);
      const { items, negativeWeight } = draw(bought, () => seededRandom(seed, 'draw'));
      expect(items.subarray(0, bought.length)).toEqual(bought);
      expect(items.length).toBe(bought.length + 7);
      expect(new Set(items).size).toBe(items.length);
      expect(items.every(item => item >= 0 && item < 100)).toBe(true);
      expect(7 * negativeWeight).toBeCloseTo(100 - bought.length, 10);
    }
  });

  it('takes all others, each for itself, where they are less than twice as many', () => {
    const draw = samplerOf(12, 5);
    for (let turn = 0; turn < 2; turn++) {
      const { items, negativeWeight } = draw(Int32Array.of(11, 2, 5), () => seededRandom(1));
      expect([...items]).toEqual([11, 2, 5, 0, 1, 3, 4, 6, 7, 8, 9, 10]);
      expect(negativeWeight).toBe(1);
    }
    expect(samplerOf(12, 4)(Int32Array.of(11, 2, 5), () => seededRandom(1)).items.length).toBe(7);
  });

  it('draws all other items equally often', () => {
    const draw = samplerOf(12, 3);
    const counts = new Float64Array(12);
    for (let turn = 0; turn < 3000; turn++) {
      const { items } = draw(Int32Array.of(11, 2, 5), () => seededRandom(7, turn));
      for (const item of items.subarray(3)) counts[item]!++;
    }
    const expected = (3000 * 3) / 9;
    const chiSquare = counts.reduce((sum, count) => sum + (count === 0 ? 0 : (count - expected) ** 2 / expected), 0);
    expect(counts.filter(count => count === 0).length).toBe(3);
    // The 0.9999 quantile with 8 degrees of freedom; without repetition the draws spread less.
    expect(chiSquare).toBeLessThan(31.8);
  });

  it.each([
    ['nothing', 0],
    ['everything', 4],
  ])('draws nothing where %s was bought', (_, bought) => {
    expect(new Sampler(new Heap(twinKernels()), 4, 2).count(bought)).toBe(0);
  });
});
