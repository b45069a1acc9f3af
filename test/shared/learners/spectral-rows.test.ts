import { describe, expect, it } from 'vitest';
import { createLearner } from '../../../shared/learners/index.ts';
import { assignRows, RowHistories } from '../../../shared/learners/spectral/rows.ts';
import { randomNumbers } from '../linear-algebra/matrices.ts';
import {
  bought,
  catalogueOf,
  deviceOf,
  PLANTED_ITEMS,
  plantedShoppers,
  precision,
  rounds,
  train,
} from './in-memory.ts';

describe('assignRows', () => {
  const shares = Float32Array.from(randomNumbers(1000, 'shares'), Math.abs);

  it('gives every item its own row where all fit', () => {
    expect([...assignRows(shares, 1000)]).toEqual([...Array(1000).keys()]);
  });

  it.each([2, 3, 64, 999])('gives the most popular half of %d rows, the others the rest', rows => {
    const assigned = assignRows(shares, rows);
    const own = Math.floor(rows / 2);
    const popular = [...shares.keys()].toSorted((a, b) => shares[b]! - shares[a]!).slice(0, own);
    expect(popular.map(item => assigned[item])).toEqual([...Array(own).keys()]);
    const others = [...shares.keys()].filter(item => !popular.includes(item));
    expect(others.every(item => assigned[item]! >= own && assigned[item]! < rows)).toBe(true);
  });

  it('spreads the others evenly', () => {
    const load = new Float64Array(64);
    for (const row of assignRows(shares, 64)) load[row]!++;
    const shared = load.subarray(32);
    const mean = (1000 - 32) / 32;
    // The 0.9999 quantile of chi-square with 31 degrees of freedom.
    expect(shared.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(69);
  });

  it('does not depend on which of two items is asked first: of equals the lower number is more popular', () => {
    expect([...assignRows(new Float32Array(5).fill(0.5), 4)].slice(0, 2)).toEqual([0, 1]);
  });
});

it('histories over rows have each row once, with the sum of the weights, call after call', () => {
  const histories = new RowHistories(8);
  const [rows, weights] = [new Int32Array(4), new Float32Array(4)];
  const itemRows = Int32Array.of(7, 3, 7, 0, 3);
  for (let call = 0; call < 2; call++) {
    const own = Float32Array.of(1, 2, 4, 8);
    expect(histories.write(Int32Array.of(4, 0, 2, 1), itemRows, own, rows, weights)).toBe(2);
    expect(rows.subarray(0, 2)).toEqual(Int32Array.of(3, 7));
    expect(weights.subarray(0, 2)).toEqual(Float32Array.of(1 + 8, 2 + 4));
  }
  expect(histories.write(Int32Array.of(3, 2, 0), itemRows, undefined, rows, weights)).toBe(2);
  expect(rows.subarray(0, 2)).toEqual(Int32Array.of(0, 7));
  expect(weights.subarray(0, 2)).toEqual(Float32Array.of(1, 2));
});

describe('spectral with fewer rows than items', () => {
  const catalogue = catalogueOf(PLANTED_ITEMS);
  const shoppers = plantedShoppers(200, 20_260_406);
  const learner = createLearner(
    'spectral',
    {
      columns: 8,
      subspaceRounds: 2,
      neighbourRounds: 2,
      maxRows: 44,
      popularityExponent: 0.25,
      lambda: 20,
      recency: 0,
    },
    catalogue,
  );
  const devices = shoppers.map(({ items }) => deviceOf(learner, bought(items, catalogue)));
  const { model } = train(learner, devices, 1);
  const qualityOf = (scores: (user: number) => Float32Array) =>
    shoppers.reduce((sum, shopper, user) => sum + precision(scores(user), shopper), 0) / shoppers.length;

  it('sends less, and still finds what shoppers have in common', () => {
    const popularity = createLearner('popularity', {}, catalogue);
    const counts = train(popularity, devices, 1).model;
    const states = [...rounds(learner, devices, 1)].slice(0, -1);
    expect(states.map(state => learner.plan(state)!.length)).toEqual([PLANTED_ITEMS, ...Array(4).fill(44 * 8)]);
    const bar = qualityOf(user => popularity.scores(counts, devices[user]!));
    const quality = qualityOf(user => learner.scores(model, devices[user]!));
    expect(quality).toBeGreaterThan(2 * bar);
  });

  it('ranks the items of one row by how popular they are', () => {
    const [rows, shares] = [model.tensor('item.rows'), model.tensor('item.shares')];
    let shared = 0;
    for (const device of devices.slice(0, 20)) {
      const scores = learner.scores(model, device);
      for (let a = 0; a < PLANTED_ITEMS; a++) {
        for (let b = 0; b < PLANTED_ITEMS; b++) {
          if (a === b || rows[a] !== rows[b] || !(shares[a]! > shares[b]!)) continue;
          shared++;
          expect(scores[a]).toBeGreaterThanOrEqual(scores[b]!);
        }
      }
    }
    expect(shared).toBeGreaterThan(100);
  });
});
