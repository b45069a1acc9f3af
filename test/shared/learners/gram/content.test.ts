import { describe, expect, it } from 'vitest';
import { Catalogue, type CatalogueItem } from '../../../../shared/catalogue.ts';
import { ContentSimilarity } from '../../../../shared/learners/gram/content.ts';
import { catalogueOf } from '../in-memory.ts';

function similarities(items: readonly CatalogueItem[]): Float64Array[] {
  const content = new ContentSimilarity(new Catalogue(items));
  return items.map((_, item) => content.row(item));
}

describe('similarity of content', () => {
  it('is the cosine of tf-idf vectors of words', () => {
    const rows = similarities([
      { id: 'a', title: 'Red retrospot mug' },
      { id: 'b', title: 'RED retrospot bag' },
      { id: 'c', title: 'Red lantern' },
      { id: 'd', title: 'Bag' },
      { id: 'e' },
    ]);
    const [red, two] = [Math.log(5 / 3), Math.log(5 / 2)];
    // Words of one title alone say nothing: of a, "red retrospot"; of b, "red retrospot bag"; of c, "red".
    const [a, b] = [Math.hypot(red, two), Math.hypot(red, two, two)];
    expect(rows[0]![1]).toBeCloseTo((red * red + two * two) / (a * b), 12);
    expect(rows[0]![2]).toBeCloseTo(red / a, 12);
    expect(rows[1]![3]).toBeCloseTo(two / b, 12);
    expect([...rows[4]!]).toEqual([0, 0, 0, 0, 0]);
  });

  it('reads categories, and tells them from titles', () => {
    const rows = similarities([
      { id: 'a', category: 'Drama|War' },
      { id: 'b', category: 'War' },
      { id: 'c', title: 'War' },
      { id: 'd', title: 'War' },
    ]);
    expect(rows[0]![1]).toBeCloseTo(1, 12);
    expect(rows[0]![2]).toBe(0);
    expect(rows[2]![3]).toBeCloseTo(1, 12);
  });

  it('takes numbers of one length that differ in their last digits for a series, the closer the more', () => {
    const rows = similarities(['22726', '22727B', '22790', '2272', '99999', 'x22726'].map(id => ({ id })));
    const [sister, cousin] = [rows[0]![1]!, rows[0]![2]!];
    expect(sister).toBeCloseTo(1, 12);
    expect(cousin).toBeGreaterThan(0);
    expect(cousin).toBeLessThan(sister);
    expect(rows[0]!.slice(3)).toEqual(new Float64Array(3));
  });

  it('is symmetric, and nothing where the catalogue says nothing', () => {
    const content = new ContentSimilarity(catalogueOf(7));
    expect([...content.row(3)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const rows = similarities(
      ['alpha beta', 'beta gamma', 'gamma alpha', 'delta'].map((title, n) => ({ id: `${n}`, title })),
    );
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) expect(rows[i]![j]).toBeCloseTo(rows[j]![i]!, 12);
  });
});
