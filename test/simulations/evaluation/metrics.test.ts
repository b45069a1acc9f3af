import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hitRate, ndcg, recall, reciprocalRank } from '../../../simulations/evaluation/metrics.ts';

const ranks = (...positions: number[]): Int32Array => Int32Array.from(positions);

describe('metrics of one held-out item', () => {
  it.each([1, 2, 7, 10, 11, 3665])('are the textbook ones at rank %d', rank => {
    expect(hitRate(ranks(rank), 10)).toBe(rank <= 10 ? 1 : 0);
    expect(recall(ranks(rank), 10)).toBe(rank <= 10 ? 1 : 0);
    expect(ndcg(ranks(rank), 10)).toBeCloseTo(rank <= 10 ? Math.LN2 / Math.log(rank + 1) : 0, 14);
    expect(reciprocalRank(ranks(rank))).toBe(1 / rank);
  });
});

describe('metrics of several held-out items', () => {
  it('agree with their definition over the list', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(positions, fc.integer({ min: 1, max: 45 }), (held, k) => {
        const relevant = Array.from({ length: 45 }, (_, at) => (held.includes(at + 1) ? 1 : 0));
        const gain = (list: number[]): number =>
          list.slice(0, k).reduce((sum: number, hit, at) => sum + hit * (Math.LN2 / Math.log(at + 2)), 0);
        const sorted = Int32Array.from(held).sort();
        const found = relevant.slice(0, k).filter(hit => hit === 1).length;
        expect(hitRate(sorted, k)).toBe(found > 0 ? 1 : 0);
        expect(recall(sorted, k)).toBeCloseTo(found / Math.min(k, held.length), 14);
        expect(ndcg(sorted, k)).toBeCloseTo(gain(relevant) / gain(relevant.toSorted((a, b) => b - a)), 12);
        expect(reciprocalRank(sorted)).toBe(1 / (relevant.indexOf(1) + 1));
      }),
    );
  });

  it('reach 1 at the top of the list, however many items there are', () => {
    const top = Int32Array.from({ length: 30 }, (_, at) => at + 1);
    expect(recall(top, 20)).toBe(1);
    expect(ndcg(top, 10)).toBe(1);
  });
});
