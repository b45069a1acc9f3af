import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../../shared/errors.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import { purchaseRows, type Row, smallDataset } from './small-dataset.ts';

const ITEMS = 12;

/** The marks (quantities) of the rows that a user trains on. */
function trainMarks(split: ReturnType<typeof splitDataset>, user: number): number[] {
  return [...split.train.history(user).purchases.quantities];
}

function firstPurchases(rows: readonly Row[]): Row[] {
  return rows.filter(([item], at) => rows.findIndex(row => row[0] === item) === at);
}

/** What should be held out, said in another way than the implementation does. */
const EXPECTED = {
  'last-item': (first: readonly Row[]) => first.slice(-1),
  'last-basket': (first: readonly Row[]) => {
    const last = first.filter(([, basket]) => basket === Math.max(...first.map(row => row[1])));
    return last.length < first.length ? last : [];
  },
};

describe.each(['last-item', 'last-basket'] as const)('holding out the %s', holdout => {
  it('takes first purchases off the end, and nothing else out of training', () => {
    fc.assert(
      fc.property(purchaseRows(ITEMS), fc.integer({ min: 2, max: 7 }), (users, minItems) => {
        const split = splitDataset(smallDataset(users, ITEMS), { holdout, minItems });
        let total = 0;
        for (const [user, rows] of users.entries()) {
          const first = firstPurchases(rows);
          const expected = first.length < minItems ? [] : EXPECTED[holdout](first).map(([item]) => item);
          expect([...split.heldOut(user)]).toEqual(expected);
          expect(trainMarks(split, user)).toEqual(rows.filter(row => !expected.includes(row[0])).map(row => row[2]));
          expect([...split.train.items(user)]).toEqual(
            first.map(([item]) => item).filter(item => !expected.includes(item)),
          );
          total += expected.length;
        }
        expect(split.heldOutCount).toBe(total);
        expect(split.itemCount).toBe(ITEMS);
        expect(split.train.size).toBe(users.length);
      }),
    );
  });

  it('keeps all columns of a row together', () => {
    const rows: Row[] = [
      [3, 0, 10],
      [1, 1, 20],
      [3, 1, 30],
      [2, 2, 40],
      [1, 3, 50],
    ];
    const { train } = splitDataset(smallDataset([[[0, 0, 5]], rows], ITEMS), { holdout, minItems: 3 });
    const { purchases } = train.history(1);
    expect([...purchases.items]).toEqual([3, 1, 3, 1]);
    expect([...purchases.times]).toEqual([0, 1, 2, 4]);
    expect([...purchases.baskets]).toEqual([0, 1, 1, 3]);
    expect([...purchases.quantities]).toEqual([10, 20, 30, 50]);
  });
});

describe('splitDataset', () => {
  it('holds out the last item that was new, not the last that was bought, with its repeats', () => {
    const rows: Row[] = [
      [4, 0],
      [5, 1],
      [6, 2],
      [4, 3],
      [6, 4],
    ];
    const split = splitDataset(smallDataset([rows], ITEMS), { holdout: 'last-item', minItems: 3 });
    expect([...split.heldOut(0)]).toEqual([6]);
    expect([...split.train.history(0).purchases.items]).toEqual([4, 5, 4]);
  });

  it('evaluates nobody who bought everything in one basket', () => {
    const rows: Row[] = [0, 1, 2, 3, 4].map(item => [item, 0]);
    const split = splitDataset(smallDataset([rows], ITEMS), { holdout: 'last-basket' });
    expect(split.heldOutCount).toBe(0);
    expect(split.train.pairs).toBe(5);
  });

  it('asks for five items unless told otherwise', () => {
    const user = (items: number): Row[] => Array.from({ length: items }, (_, item) => [item, item]);
    const split = splitDataset(smallDataset([user(4), user(5)], ITEMS), { holdout: 'last-item' });
    expect([split.heldOut(0).length, split.heldOut(1).length]).toEqual([0, 1]);
  });

  it.each([1, 0, Number.NaN])('refuses to evaluate users with %d items', minItems => {
    expect(() => splitDataset(smallDataset([[[0, 0]]], ITEMS), { holdout: 'last-item', minItems })).toThrow(
      SettingsError,
    );
  });
});

it('takes the memory of a data set that is given up, and is the same split', async () => {
  for (const holdout of ['last-item', 'last-basket'] as const) {
    const kept = splitDataset(await loadDataset('synthetic:tiny'), { holdout });
    const dataset = await loadDataset('synthetic:tiny');
    const { buffer } = dataset.population.purchases.items;
    const taken = splitDataset(dataset, { holdout, consume: true });
    expect(taken.train.purchases.items.buffer).toBe(buffer);
    expect(kept.train.purchases.items.buffer).not.toBe(buffer);
    expect(taken.train).toEqual(kept.train);
    expect(taken.held).toEqual(kept.held);
  }
});
