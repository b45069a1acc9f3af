import fc from 'fast-check';
import { Catalogue } from '../../../shared/catalogue.ts';
import type { Dataset } from '../../../simulations/data/dataset.ts';
import { Population } from '../../../simulations/data/population.ts';

/** One purchase, in order: item, basket, and optionally a quantity to know the row by. */
export type Row = readonly [item: number, basket: number, quantity?: number];

/** A data set of one user a list of rows; times are the places in the list. */
export function smallDataset(users: readonly (readonly Row[])[], itemCount: number): Dataset {
  const rows = users.flat();
  const offsets = new Int32Array(users.length + 1);
  for (const [user, list] of users.entries()) offsets[user + 1] = offsets[user]! + list.length;
  return {
    name: 'small',
    catalogue: new Catalogue(Array.from({ length: itemCount }, (_, item) => ({ id: `item ${item}` }))),
    users: users.map((_, user) => `user ${user}`),
    population: new Population(offsets, {
      items: Int32Array.from(rows, ([item]) => item),
      times: Float64Array.from(users.flatMap(list => list.map((_, row) => row))),
      baskets: Int32Array.from(rows, ([, basket]) => basket),
      quantities: Float32Array.from(rows, ([, , quantity]) => quantity ?? 1),
    }),
    hash: '',
    report: { rows: rows.length, setAside: {}, bad: { count: 0, examples: [] } },
  };
}

/** Users with repeat purchases, baskets in order, and each row known by its quantity. */
export function purchaseRows(itemCount: number): fc.Arbitrary<Row[][]> {
  const row = fc.record({ item: fc.nat(itemCount - 1), newBasket: fc.boolean() });
  return fc.array(fc.array(row, { maxLength: 25 }), { minLength: 1, maxLength: 8 }).map(users => {
    let mark = 0;
    return users.map(rows => {
      let basket = 0;
      return rows.map(({ item, newBasket }): Row => {
        if (newBasket) basket++;
        mark++;
        return [item, basket, mark];
      });
    });
  });
}
