import { expect, it } from 'vitest';
import { seededRandom } from '../../../../shared/random/seeded.ts';
import { AliasTable } from '../../../../simulations/data/synthetic/alias-table.ts';

it.each([[[1]], [[1, 1, 1]], [[0, 5, 0, 1]], [[0.1, 1e-9, 3, Math.PI, 0.7, 20]]])(
  'draws in proportion to %j',
  weights => {
    const table = new AliasTable(Float64Array.from(weights));
    const random = seededRandom(7, 'alias');
    const draws = 200_000;
    const counts = weights.map(() => 0);
    for (let draw = 0; draw < draws; draw++) counts[table.draw(random)]!++;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [column, weight] of weights.entries()) {
      const share = weight / total;
      // Five standard deviations of a binomial count.
      const tolerance = 5 * Math.sqrt(draws * share * (1 - share));
      expect(Math.abs(counts[column]! - draws * share)).toBeLessThanOrEqual(tolerance + (weight > 0 ? 1 : 0));
    }
  },
);
