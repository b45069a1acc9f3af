import { describe, expect, it } from 'vitest';
import { Backoff } from '../../client/backoff.ts';
import type { Random } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';

const PACE = { reconnectMinMs: 700, reconnectMaxMs: 9_000 };

/** Always the highest draw, or the lowest: the ends of the range. */
function constant(value: number): Random {
  return { uint32: () => 0, below: () => 0, float: () => value, normal: () => 0 };
}

describe('Backoff', () => {
  it('doubles its ceiling with each failure, up to the maximum', () => {
    const almostOne = 1 - 2 ** -53;
    const backoff = new Backoff(PACE, constant(almostOne));
    const delays = Array.from({ length: 7 }, () => Math.round(backoff.next()));
    expect(delays).toEqual([700, 1_400, 2_800, 5_600, 9_000, 9_000, 9_000]);
  });

  it('spreads over the whole range from zero to the ceiling', () => {
    const random = seededRandom(71, 'jitter');
    const draws = Array.from({ length: 2_000 }, () => {
      const backoff = new Backoff(PACE, random);
      backoff.next();
      backoff.next();
      return backoff.next();
    });
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...draws)).toBeLessThan(28);
    expect(Math.max(...draws)).toBeLessThan(2_800);
    expect(Math.max(...draws)).toBeGreaterThan(2_772);
    const mean = draws.reduce((sum, delay) => sum + delay, 0) / draws.length;
    // Uniform: standard deviation of this mean is 2800 / sqrt(12 * 2000) = 18.
    expect(Math.abs(mean - 1_400)).toBeLessThan(5 * 18);
  });

  it('stays away for as long as a refusal says, jitter on top', () => {
    expect(new Backoff(PACE, constant(0)).next(12_345)).toBe(12_345);
    expect(new Backoff(PACE, constant(0.5)).next(12_345)).toBe(12_345 + 350);
  });

  it('starts over after a reset, at the pace of that moment', () => {
    const backoff = new Backoff(PACE, constant(0.5));
    for (let failure = 0; failure < 2_000; failure++) backoff.next();
    expect(backoff.next()).toBe(4_500);
    backoff.reset();
    backoff.pace = { reconnectMinMs: 10, reconnectMaxMs: 20 };
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([5, 10, 10]);
  });
});
