import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Catalogue, CatalogueError } from '../../shared/catalogue.ts';
import { ModelFormatError } from '../../shared/errors.ts';
import { historyOf } from '../../shared/history.ts';
import { Model } from '../../shared/model.ts';

const catalogue = new Catalogue([
  { id: 'a' },
  { id: 'b', title: 'Bread', category: 'Bakery' },
  { id: 'c', sensitive: true },
]);

test('a history is in the order of time, then basket, then record; items once, by their first purchase', () => {
  const { items, purchases } = historyOf(
    [
      { item: 'c', at: 5, basket: '10' },
      { item: 'a', at: 5, basket: '9', quantity: 4 },
      { item: 'b', at: 1 },
      { item: 'gone', at: 2 },
      { item: 'c', at: 1 },
      { item: 'b', at: 7 },
    ],
    catalogue,
  );
  expect([...purchases.items]).toEqual([1, 2, 0, 2, 1]);
  expect([...purchases.times]).toEqual([1, 1, 5, 5, 7]);
  expect([...purchases.baskets]).toEqual([0, 0, 1, 2, 3]);
  expect([...purchases.quantities]).toEqual([1, 1, 4, 1, 1]);
  expect([...items]).toEqual([1, 2, 0]);
});

test('nothing bought is a history too', () => {
  const { items, purchases } = historyOf([], catalogue);
  expect([items.length, purchases.items.length]).toEqual([0, 0]);
});

describe('a catalogue', () => {
  test('survives its encoding', () => {
    const decoded = Catalogue.decode(catalogue.encode());
    expect(decoded.items).toEqual(catalogue.items);
    expect(decoded.indexOf('c')).toBe(2);
    expect(decoded.indexOf('x')).toBeUndefined();
  });

  test('has items, each once', () => {
    expect(() => new Catalogue([])).toThrow(CatalogueError);
    expect(() => new Catalogue([{ id: 'a' }, { id: 'a' }])).toThrow(/"a" twice/);
  });

  test('is refused as bytes that are none, with an error of its own', () => {
    const good = new TextDecoder().decode(catalogue.encode());
    for (const text of [
      '',
      '[]',
      '{}',
      '{"items":[]}',
      '{"items":[{"id":1}]}',
      '{"items":[{"id":"a","price":1}]}',
      good.slice(1),
    ]) {
      expect(() => Catalogue.decode(new TextEncoder().encode(text))).toThrow(CatalogueError);
    }
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        expect(() => Catalogue.decode(bytes)).toThrow(CatalogueError);
      }),
    );
  });
});

test('a model: views write through, names are unique, lengths fit', () => {
  const model = new Model([
    { name: 'x', shape: [2, 2] },
    { name: 'y', shape: [] },
  ]);
  model.tensor('y')[0] = 7;
  expect([...model.values]).toEqual([0, 0, 0, 0, 7]);
  expect(model.offset('y')).toBe(4);
  expect(() => model.tensor('z')).toThrow(/there are x, y/);
  expect(
    () =>
      new Model([
        { name: 'x', shape: [1] },
        { name: 'x', shape: [1] },
      ]),
  ).toThrow(ModelFormatError);
  expect(() => new Model(model.specs, new Float32Array(6))).toThrow(ModelFormatError);
  const copy = model.clone();
  copy.tensor('y')[0] = 8;
  expect(model.tensor('y')[0]).toBe(7);
});
