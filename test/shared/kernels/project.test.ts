import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

describe('rowDots', () => {
  it.each([
    [4, 0],
    [4, 1],
    [12, 5],
    [64, 33],
  ])('of stride %i and %i rows multiplies in float64', (stride, count) => {
    const random = seededRandom(1, 'rowDots', stride, count);
    const table = Float32Array.from({ length: 9 * stride }, () => random.normal());
    const vector = Float64Array.from({ length: stride }, () => random.normal());
    const rows = Int32Array.from({ length: count }, () => random.below(9));
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const dots = place(new Float64Array(count));
      kernels.rowDots(place(table), stride, place(rows), count, place(vector), dots);
      return read(dots, new Float64Array(count));
    });
    expect(found).toEqual(twin);
    for (const [r, row] of rows.entries()) {
      const expected = vector.reduce((sum, value, k) => sum + value * table[row * stride + k]!, 0);
      expect(found[r]).toBeCloseTo(expected, 12);
    }
  });
});

describe('outer products', () => {
  it.each([
    [0, 3],
    [1, 1],
    [3, 2],
    [2, 5],
    [4, 64],
  ])('of %i factors with %i numbers are rounded once', (count, width) => {
    const random = seededRandom(2, 'outerRows', count, width);
    const factors = Float64Array.from({ length: count }, () => random.normal());
    const vector = Float64Array.from({ length: width }, () => random.normal());
    const expected = Float32Array.from({ length: count * width }, (_, at) => {
      return factors[Math.floor(at / width)]! * vector[at % width]!;
    });
    const answers = onBoth(({ kernels, place, read }) => {
      const values = place(new Float32Array(count * width));
      kernels.outerRows(place(factors), count, place(vector), width, values);
      return read(values, expected);
    });
    expect(answers).toEqual([expected, expected]);
  });

  it.each([1, 2, 3, 4, 5, 18])('of a vector of %i numbers with itself are packed', order => {
    const random = seededRandom(3, 'packedSquare', order);
    const vector = Float64Array.from({ length: order }, () => random.normal());
    const products = [...vector].flatMap((value, row) => [...vector.subarray(row)].map(other => value * other));
    const expected = Float32Array.from(products);
    const answers = onBoth(({ kernels, place, read }) => {
      const packed = place(new Float32Array(expected.length));
      kernels.packedSquare(place(vector), order, packed);
      return read(packed, expected);
    });
    expect(answers).toEqual([expected, expected]);
  });
});

describe('addSparseRows', () => {
  const offsets = Int32Array.of(0, 2, 2, 5, 6);
  const columns = Int32Array.of(4, 0, 3, 1, 0, 2);
  const random = seededRandom(5, 'addSparseRows');
  const values = Float32Array.from(columns, () => random.normal());
  const start = Float64Array.from({ length: 5 }, () => random.normal());

  it.each([[[]], [[1]], [[2, 0, 3, 0]]])('adds multiples of rows %j, element by element', list => {
    const factors = Float32Array.from(list, () => random.normal());
    const answers = onBoth(({ kernels, place, read }) => {
      const sums = place(start);
      const matrix = [place(offsets), place(columns), place(values)] as const;
      kernels.addSparseRows(...matrix, place(Int32Array.from(list)), list.length, place(factors), sums);
      return read(sums, start);
    });
    const expected = start.slice();
    for (const [r, row] of list.entries()) {
      for (let at = offsets[row]!; at < offsets[row + 1]!; at++) expected[columns[at]!]! += factors[r]! * values[at]!;
    }
    expect(answers).toEqual([expected, expected]);
  });
});

describe('heldPairs', () => {
  const ALL = 11;
  const COLUMNS = 3;
  const random = seededRandom(4, 'heldPairs');
  const candidates = Int32Array.from({ length: ALL * COLUMNS }, () => random.below(ALL + 1) - 1);

  it.each([[[]], [[0]], [[10, 2, 7, 0, 3, 5]], [[...Array(ALL).keys()]]])('finds the candidates among %j', list => {
    const rows = Int32Array.from(list);
    const weights = Float32Array.from(list, row => Math.sqrt(2 + row));
    const room = rows.length * COLUMNS + 1;
    const answers = onBoth(({ kernels, place, read }) => {
      const held = place(new Float32Array(1 + ALL));
      const [coordinates, values] = [place(new Int32Array(room)), place(new Float32Array(room))];
      const at = [place(rows), place(weights), place(candidates)] as const;
      const found = kernels.heldPairs(at[0], list.length, at[1], at[2], COLUMNS, held, coordinates, values);
      expect(read(held, new Float32Array(1 + ALL))).toEqual(new Float32Array(1 + ALL));
      return [read(coordinates, new Int32Array(found)), read(values, new Float32Array(found))];
    });
    const pairs = list.flatMap(row =>
      Array.from({ length: COLUMNS }, (_, column) => row * COLUMNS + column).filter(at =>
        list.includes(candidates[at]!),
      ),
    );
    const expected = pairs.map(at => {
      return weights[list.indexOf(Math.floor(at / COLUMNS))]! * weights[list.indexOf(candidates[at]!)]!;
    });
    expect(answers[0]).toEqual([Int32Array.from(pairs), Float32Array.from(expected)]);
    expect(answers[1]).toEqual(answers[0]);
  });
});
