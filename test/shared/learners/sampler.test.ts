import { describe, expect, it } from 'vitest';
import { Sampler } from '../../../shared/learners/mf/sampler.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';

describe('Sampler', () => {
  it('takes every bought item once an epoch, and never as a negative', () => {
    const sampler = new Sampler(23, 3);
    for (let seed = 0; seed < 50; seed++) {
      const random = seededRandom(seed);
      const bought = Int32Array.from({ length: 23 }, (_, item) => item).filter(() => random.below(3) === 0);
      const { items, rows } = sampler.draw(bought, 2, random);
      expect(new Set(items).size).toBe(items.length);
      expect(items.subarray(0, bought.length)).toEqual(bought);
      expect(rows.length).toBe(2 * bought.length * 4);
      expect(new Set(rows).size).toBe(items.length);
      const positives = rows.filter((_, at) => at % 4 === 0);
      const negatives = rows.filter((_, at) => at % 4 !== 0);
      for (const epoch of [positives.subarray(0, bought.length), positives.subarray(bought.length)]) {
        expect(epoch.toSorted()).toEqual(Int32Array.from(bought.keys()));
      }
      expect(negatives.every(row => row >= bought.length)).toBe(true);
    }
  });

  it('draws all other items equally often', () => {
    const bought = Int32Array.of(11, 2, 5);
    const { items, rows } = new Sampler(12, 5).draw(bought, 1200, seededRandom(7));
    const counts = new Float64Array(12);
    for (const row of rows) if (row >= bought.length) counts[items[row]!]!++;
    const expected = (1200 * 3 * 5) / 9;
    const chiSquare = counts.reduce((sum, count) => sum + (count === 0 ? 0 : (count - expected) ** 2 / expected), 0);
    expect(counts.filter(count => count === 0).length).toBe(3);
    // The 0.9999 quantile with 8 degrees of freedom.
    expect(chiSquare).toBeLessThan(31.8);
  });

  it.each([
    ['nothing', Int32Array.of()],
    ['everything', Int32Array.of(3, 1, 2, 0)],
  ])('draws nothing where %s was bought', (_, bought) => {
    expect(new Sampler(4, 2).draw(bought, 3, seededRandom(1))).toEqual({
      items: new Int32Array(0),
      rows: new Int32Array(0),
    });
  });
});
