import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { drawNegatives, ItemMarks } from '../../../simulations/evaluation/candidates.ts';

describe('drawNegatives', () => {
  it('draws 99 distinct items that were not bought, all equally often', () => {
    const itemCount = 160;
    const bought = new Set([0, 17, 42, 43, 44, 45, 99, 100, 158, 159]);
    const draws = 3000;
    const counts = new Int32Array(itemCount);
    const random = seededRandom(5, 'test');
    for (let n = 0; n < draws; n++) {
      const negatives = drawNegatives(itemCount, bought, random);
      expect(new Set(negatives).size).toBe(99);
      for (const item of negatives) counts[item]!++;
    }
    const share = 99 / (itemCount - bought.size);
    const deviation = Math.sqrt(draws * share * (1 - share));
    for (const [item, count] of counts.entries()) {
      if (bought.has(item)) expect(count).toBe(0);
      else expect(Math.abs(count - draws * share)).toBeLessThan(5 * deviation);
    }
  });

  it.each([99, 60, 0])('gives all of %d when there are no more', free => {
    const bought = new Set([0, 1, 2]);
    const negatives = drawNegatives(free + 3, bought, seededRandom(1));
    expect(negatives.length).toBe(free);
    expect(new Set([...negatives, ...bought]).size).toBe(free + 3);
  });
});

it('draws the same candidates from marks as from a set', () => {
  const marks = new ItemMarks(300);
  for (let turn = 0; turn < 30; turn++) {
    const bought = Int32Array.from(new Set(Array.from({ length: 40 }, (_, n) => (n * n + turn * 7) % 300)));
    const [trained, heldOut] = [bought.subarray(3), bought.subarray(0, 3)];
    const expected = drawNegatives(300, new Set(bought), seededRandom(turn));
    expect(drawNegatives(300, marks.hold(trained, heldOut), seededRandom(turn))).toEqual(expected);
  }
});
