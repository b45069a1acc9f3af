import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

const ITEMS = 37;

describe.each([4, 8, 32, 36])('scores with vectors of stride %i', stride => {
  const random = seededRandom(11, 'scores', stride);
  const table = Float32Array.from({ length: ITEMS * stride }, () => random.normal());
  const biases = Float32Array.from({ length: ITEMS }, () => random.normal());
  const user = Float32Array.from({ length: stride }, () => random.normal());
  const expectScores = (scores: Float32Array, rows: readonly number[], withBiases: boolean): void => {
    for (const [r, row] of rows.entries()) {
      const products = Array.from(user, (value, k) => value * table[row * stride + k]!);
      const expected = products.reduce((sum, value) => sum + value, withBiases ? biases[row]! : 0);
      expect(Math.abs(scores[r]! - expected)).toBeLessThan(1e-6 * stride);
    }
    for (const score of scores.subarray(rows.length)) expect(score).toBe(scores[rows.length - 1]);
  };

  it.each([0, 1, 2, 3, 4, 5, ITEMS])('scores the first %i items, with and without biases', count => {
    const rows = Array.from(Array(count).keys());
    const room = new Float32Array((count + 3) & ~3);
    for (const withBiases of [true, false]) {
      const [found, twin] = onBoth(({ kernels, place, read }) => {
        const scores = place(room);
        const bias = withBiases ? place(biases) : 0;
        kernels.scoreItems(place(table), stride, bias, place(user), count, scores);
        return read(scores, room);
      });
      expect(found).toEqual(twin);
      expectScores(found, rows, withBiases);
    }
  });

  it.each([0, 1, 6, 11])('scores %i items by their rows', count => {
    const rows = Int32Array.from({ length: count }, (_, r) => (23 * r + 36) % ITEMS);
    const room = new Float32Array((count + 3) & ~3);
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const scores = place(room);
      kernels.scoreRows(place(table), stride, place(biases), place(rows), count, place(user), scores);
      return read(scores, room);
    });
    expect(found).toEqual(twin);
    expectScores(found, [...rows], true);
  });
});

describe('topK', () => {
  it('agrees with sorting everything', () => {
    const score = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(Number.NaN, -Infinity, Infinity, -0, Math.SQRT2),
    );
    fc.assert(
      fc.property(fc.array(score, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (values, k) => {
        const scores = Float32Array.from(values);
        const [found, twin] = onBoth(({ kernels, place, read }) => {
          const best = place(new Int32Array(k));
          return [...read(best, new Int32Array(kernels.topK(place(scores), scores.length, k, best)))];
        });
        const sorted = Array.from(scores.keys())
          .filter(index => !Number.isNaN(scores[index]))
          .toSorted((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!));
        expect(found).toEqual(sorted.slice(0, k));
        expect(twin).toEqual(found);
      }),
    );
  });
});

it.each([0, 1, 3, 4, 9, 1_003])(
  'counts which of %i scores are at least one of them, and which are not finite',
  count => {
    const random = seededRandom(12, 'counts', count);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const scores = Float32Array.from({ length: count }, () =>
      random.below(20) < 3 ? odd[random.below(3)]! : random.below(9),
    );
    for (const bar of [0, 4, 8.5, -1]) {
      const [found, twin] = onBoth(({ kernels, place }) => {
        const pointer = place(scores);
        return [kernels.countAtLeast(pointer, count, bar), kernels.notFinite(pointer, count)];
      });
      expect(found).toEqual(twin);
      expect(found).toEqual([
        scores.filter(score => score >= bar).length,
        scores.filter(score => !Number.isFinite(score)).length,
      ]);
    }
  },
);
