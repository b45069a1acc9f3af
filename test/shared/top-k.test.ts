import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topK } from '../../shared/top-k.ts';

describe('topK', () => {
  it('agrees with sorting everything', () => {
    // Few distinct values, so that ties are common.
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN), fc.constant(-Infinity));
    fc.assert(
      fc.property(fc.array(score, { maxLength: 40 }), fc.nat(12), fc.nat(6), (values, k, modulus) => {
        const scores = Float32Array.from(values);
        const before = scores.slice();
        const [excluded, open] = [true, false].map(out =>
          Array.from(scores.keys()).filter(index => (index % (modulus + 1) === 1) === out),
        );
        const sorted = open!
          .filter(index => !Number.isNaN(scores[index]))
          .toSorted((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!));
        expect(topK(scores, k, excluded)).toEqual(sorted.slice(0, k));
        expect(scores).toEqual(before);
      }),
    );
  });
});
