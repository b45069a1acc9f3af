import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyOf, type Interaction } from '../../../shared/history.ts';
import { type HistoryWeights, historyWeights } from '../../../shared/learners/history-weights.ts';
import { catalogueOf } from './in-memory.ts';

const catalogue = catalogueOf(8);
const NONE: HistoryWeights = { recency: 0, repeats: 0, quantity: 0 };

/** Baskets of item numbers, in the order of time. */
function baskets(...contents: (readonly number[])[]): Interaction[] {
  return contents.flatMap((items, at) => items.map(item => ({ item: `item-${item}`, at, basket: `b${at}` })));
}

function weigh(interactions: readonly Interaction[], options: Partial<HistoryWeights>): [number, number][] {
  const history = historyOf(interactions, catalogue);
  const weights = historyWeights(history, { ...NONE, ...options });
  expect(weights.length).toBe(history.items.length);
  return Array.from(weights, (weight, n) => [history.items[n]!, weight]);
}

/** Exact to float32. */
function expectWeights(actual: [number, number][], expected: readonly (readonly [number, number])[]): void {
  expect(actual).toEqual(expected.map(([item, weight]) => [item, Math.fround(weight)]));
}

describe('historyWeights', () => {
  it('are all 1 where every exponent is 0', () => {
    const purchases = baskets([4, 4, 1], [4], [0, 1, 7]).map((one, n) => ({ ...one, quantity: n * 3 }));
    expectWeights(weigh(purchases, {}), [
      [4, 1],
      [1, 1],
      [0, 1],
      [7, 1],
    ]);
  });

  it('fall with the number of items bought since, in the order of first purchase', () => {
    expectWeights(weigh(baskets([5], [2], [6], [0]), { recency: 0.7 }), [
      [5, 4 ** -0.7],
      [2, 3 ** -0.7],
      [6, 2 ** -0.7],
      [0, 1],
    ]);
  });

  it('are refreshed by a repurchase, and count an item bought twice since once', () => {
    // Last purchases: 2, then 6, then 5.
    expectWeights(weigh(baskets([5], [2], [6], [5], [6], [5]), { recency: 1.3 }), [
      [5, 1],
      [2, 3 ** -1.3],
      [6, 2 ** -1.3],
    ]);
  });

  it('grow with the number of baskets, not of rows', () => {
    expectWeights(weigh(baskets([3, 3, 3], [1, 3], [1], [3]), { repeats: 0.5 }), [
      [3, 3 ** 0.5],
      [1, 2 ** 0.5],
    ]);
  });

  it('count what was bought in one moment as one basket where none is named', () => {
    const purchases = [1, 1, 1, 2].map(at => ({ item: 'item-3', at }));
    expectWeights(weigh(purchases, { repeats: 1 }), [[3, 2]]);
  });

  it('grow with the mean quantity of a row', () => {
    const purchases: Interaction[] = [
      { item: 'item-3', at: 1, quantity: 6 },
      { item: 'item-3', at: 2 },
      { item: 'item-1', at: 2, quantity: 0.25 },
      { item: 'item-0', at: 3, quantity: -2 },
    ];
    expectWeights(weigh(purchases, { quantity: 2 }), [
      [3, 3.5 ** 2],
      [1, 0.25 ** 2],
      [0, 0],
    ]);
  });

  it('multiply', () => {
    const purchases = baskets([3], [1], [3], [2]).map(one => ({ ...one, quantity: 5 }));
    expectWeights(weigh(purchases, { recency: 0.4, repeats: 0.3, quantity: 0.2 }), [
      [3, 2 ** -0.4 * 2 ** 0.3 * 5 ** 0.2],
      [1, 3 ** -0.4 * 5 ** 0.2],
      [2, 5 ** 0.2],
    ]);
  });

  it('agree with their definition, item by item', () => {
    const row = fc.record({ item: fc.nat(7), at: fc.nat(6), quantity: fc.integer({ min: 1, max: 9 }) });
    const exponents = fc.record({
      recency: fc.double({ min: 0, max: 4, noNaN: true }),
      repeats: fc.double({ min: 0, max: 4, noNaN: true }),
      quantity: fc.double({ min: 0, max: 4, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 25 }), exponents, (rows, options) => {
        const ordered = rows.toSorted((a, b) => a.at - b.at);
        const items = [...new Set(ordered.map(({ item }) => item))];
        const last = (item: number) => ordered.findLastIndex(one => one.item === item);
        const expected = items.map(item => {
          const newer = items.filter(other => last(other) > last(item)).length;
          const own = ordered.filter(one => one.item === item);
          const moments = new Set(own.map(({ at }) => at)).size;
          const units = own.reduce((sum, { quantity }) => sum + quantity, 0) / own.length;
          return (1 + newer) ** -options.recency * moments ** options.repeats * units ** options.quantity;
        });
        const weights = weigh(
          rows.map(({ item, at, quantity }) => ({ item: `item-${item}`, at, quantity })),
          options,
        );
        expect(weights.map(([item]) => item)).toEqual(items);
        for (const [n, [, weight]] of weights.entries()) expect(weight / expected[n]!).toBeCloseTo(1, 6);
      }),
    );
  });

  it('of nothing are none', () => {
    expect(weigh([], { recency: 1, repeats: 1, quantity: 1 })).toEqual([]);
  });
});
