import { describe, expect, it, test } from 'vitest';
import { epsilonOf } from '../../../shared/privacy/accountants/account.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { evaluate } from '../../../simulations/evaluation/evaluate.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import { hitsOf, noisyHits, scoreMechanism } from '../../../simulations/tune/score.ts';

describe('the hits of a model', async () => {
  const split = splitDataset(await loadDataset('synthetic:tiny'), { holdout: 'last-basket' });
  const scores = Float32Array.from({ length: split.itemCount }, (_, item) => ((item * 37) % 101) / 101);
  const hits = (users: Int32Array): number => hitsOf(evaluate(() => scores, split, 1, users).ranks);

  it('are the users whom HR@10 counts', () => {
    const { full } = evaluate(() => scores, split, 1);
    expect(hits(split.evaluated)).toBeCloseTo(full['hr@10'] * split.evaluated.length, 9);
    expect(hits(split.evaluated)).toBeGreaterThan(3);
  });

  it('move by at most 1 with one user more or less, and by 1 with some', () => {
    const all = hits(split.evaluated);
    const moves = Array.from(split.evaluated, left => all - hits(split.evaluated.filter(user => user !== left)));
    expect(new Set(moves)).toEqual(new Set([0, 1]));
  });
});

describe('what the noisy hits cost', () => {
  // Replacing a hit by none is what removing its user is: the same Gaussian distance, 1 / sigma, under any adjacency.
  test.each(['add-remove', 'zero-out', 'replace-one'] as const)('one hit over sigma under %s', adjacency => {
    const gaussian = epsilonOf({ type: 'gaussian', noiseMultiplier: 7.3 }, 1e-6, 'rdp', 'add-remove');
    expect(epsilonOf(scoreMechanism(7.3, adjacency), 1e-6, 'rdp', adjacency)).toBeCloseTo(gaussian, 12);
  });

  it('has whole noise of that deviation', () => {
    const random = seededRandom(3, 'score');
    const scores = Array.from({ length: 400 }, () => noisyHits(250, 7.3, random));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
    expect(scores.every(Number.isInteger)).toBe(true);
    expect(Math.abs(mean - 250)).toBeLessThan(2);
    expect(deviation).toBeGreaterThan(6);
    expect(deviation).toBeLessThan(8.6);
  });
});
