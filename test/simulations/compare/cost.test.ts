import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, publishedCost, type RoundCost } from '../../../simulations/compare/cost.ts';

/** Rounds whose figures all differ: up 1,000 + round, down 2,000 + round, a model of 100 times the round. */
function roundCosts(count: number): RoundCost[] {
  return Array.from({ length: count }, (_, at) => ({ up: 1_001 + at, down: 2_001 + at, modelBytes: 100 * (at + 1) }));
}

describe('cost', () => {
  it('is that of the rounds until 99 % of the final quality, and of the model that came of them', () => {
    const quality = [0.05, 0.0989, 0.09901, 0.0995, 0.1];
    const cost = costOf(roundCosts(5), rounds => quality[rounds - 1]!);
    expect(cost).toEqual({
      rounds: 5,
      bytesPerRound: { up: 1_003, down: 2_003 },
      convergedRounds: 3,
      convergedBytes: 1_001 + 1_002 + 1_003 + 2_001 + 2_002 + 2_003 + 300,
    });
  });

  it('finds the first such round of a rising quality with few evaluations', () => {
    const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(steps, rises => {
        let sum = 0;
        const quality = rises.map(rise => {
          sum += rise;
          return sum;
        });
        let evaluations = 0;
        const { convergedRounds } = costOf(roundCosts(quality.length), rounds => {
          evaluations++;
          return quality[rounds - 1]!;
        });
        expect(convergedRounds).toBe(quality.findIndex(value => value >= 0.99 * sum) + 1);
        expect(evaluations).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(quality.length)));
      }),
    );
  });

  it('evaluates nothing where there is nothing to choose', () => {
    const never = (): number => expect.fail('evaluated');
    expect(costOf(roundCosts(1), never)).toMatchObject({ rounds: 1, convergedRounds: 1, convergedBytes: 3_102 });
    expect(costOf([], never)).toEqual({
      rounds: 0,
      bytesPerRound: { up: 0, down: 0 },
      convergedRounds: 0,
      convergedBytes: 0,
    });
  });

  it('of the published systems on MovieLens-100K is 43 MB a device', () => {
    expect(publishedCost(1_682)).toEqual({
      rounds: 100,
      bytesPerRound: { up: 215_296, down: 215_296 },
      convergedRounds: 100,
      convergedBytes: 43_059_200,
    });
  });
});
