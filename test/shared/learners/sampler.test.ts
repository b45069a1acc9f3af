import { describe, expect, it } from 'vitest';
import { Sampler } from '../../../shared/learners/mf/sampler.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

describe('Sampler', () => {
  it('takes the bought items, then distinct others, which stand for all others', () => {
    const sampler = new Sampler(100, 7);
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed);
      const bought = Int32Array.from({ length: 100 }, (_, item) => item).filter(() => random.below(3) === 0);
      const { items, negativeWeight } = sampler.draw(bought, random);
      expect(items.subarray(0, bought.length)).toEqual(bought);
      expect(items.length).toBe(bought.length + 7);
      expect(new Set(items).size).toBe(items.length);
      expect(items.every(item => item >= 0 && item < 100)).toBe(true);
      expect(7 * negativeWeight).toBeCloseTo(100 - bought.length, 10);
    }
  });

  it('takes all others, each for itself, where they are less than twice as many', () => {
    const { items, negativeWeight } = new Sampler(12, 5).draw(Int32Array.of(11, 2, 5), seededRandom(1));
    expect([...items]).toEqual([11, 2, 5, 0, 1, 3, 4, 6, 7, 8, 9, 10]);
    expect(negativeWeight).toBe(1);
    expect(new Sampler(12, 4).draw(Int32Array.of(11, 2, 5), seededRandom(1)).items.length).toBe(7);
  });

  it('draws all other items equally often', () => {
    const sampler = new Sampler(12, 3);
    const counts = new Float64Array(12);
    const random = seededRandom(7);
    for (let draw = 0; draw < 6000; draw++) {
      for (const item of sampler.draw(Int32Array.of(11, 2, 5), random).items.subarray(3)) counts[item]!++;
    }
    const expected = (6000 * 3) / 9;
    const chiSquare = counts.reduce((sum, count) => sum + (count === 0 ? 0 : (count - expected) ** 2 / expected), 0);
    expect(counts.filter(count => count === 0).length).toBe(3);
    // The 0.9999 quantile with 8 degrees of freedom; without repetition the draws spread less.
    expect(chiSquare).toBeLessThan(31.8);
  });

  it.each([
    ['nothing', Int32Array.of()],
    ['everything', Int32Array.of(3, 1, 2, 0)],
  ])('draws nothing where %s was bought', (_, bought) => {
    expect(new Sampler(4, 2).draw(bought, seededRandom(1)).items.length).toBe(0);
  });
});
