import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankAmong, ScoreList } from '../../../simulations/evaluation/rank.ts';

/** Few different scores, so that ties are common. */
const item = fc.record({
  score: fc.integer({ min: -2, max: 2 }),
  role: fc.constantFrom('held', 'trained', 'other'),
});

describe('ranks', () => {
  const list = new ScoreList();
  it('are the positions in the sorted catalogue, ties lost', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), catalogue => {
        const withRole = (role: string): Int32Array =>
          Int32Array.from(catalogue.flatMap((item, index) => (item.role === role ? [index] : [])));
        const ranks = new Int32Array(withRole('held').length);
        expect(list.take(Float32Array.from(catalogue, ({ score }) => score))).toBe(true);
        list.rank(withRole('trained'), withRole('held'), ranks);
        const inOrder = catalogue
          .filter(({ role }) => role !== 'trained')
          .toSorted((a, b) => b.score - a.score || Number(a.role === 'held') - Number(b.role === 'held'));
        expect([...ranks]).toEqual(inOrder.flatMap(({ role }, at) => (role === 'held' ? [at + 1] : [])));
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('are not of a list with %d', odd => {
    for (let at = 0; at < 7; at++) {
      const scores = new Float32Array(7);
      expect(list.take(scores)).toBe(true);
      scores[at] = odd;
      expect(list.take(scores)).toBe(false);
    }
  });

  it('count only the others that are given', () => {
    const scores = Float32Array.of(5, 1, 3, 3, 2, 9);
    expect(rankAmong(scores, 2, Int32Array.of(1, 4))).toBe(1);
    expect(rankAmong(scores, 2, Int32Array.of(0, 1, 3))).toBe(3);
    expect(rankAmong(scores, 1, new Int32Array(0))).toBe(1);
  });
});
