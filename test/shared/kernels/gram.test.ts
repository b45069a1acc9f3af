import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

const SIZES: readonly [stride: number, count: number][] = [
  [4, 0],
  [4, 1],
  [8, 63],
  [12, 64],
  [20, 65],
  [64, 200],
];
const TABLE_ROWS = 70;

function problem(stride: number, count: number) {
  const random = seededRandom(7, 'gram kernels', stride, count);
  return {
    table: Float32Array.from({ length: TABLE_ROWS * stride }, () => random.normal()),
    rows: Int32Array.from({ length: count }, () => random.below(TABLE_ROWS)),
    weights: Float32Array.from({ length: count }, () => random.normal() * Math.PI),
    start: Float64Array.from({ length: stride * stride }, () => random.normal()),
  };
}

describe('weightedGram', () => {
  it.each(SIZES)(
    'of stride %i and %i rows is the sum of outer products, and the same bits in its twin',
    (stride, count) => {
      const { table, rows, weights, start } = problem(stride, count);
      const [found, twin] = onBoth(({ kernels, place, read }) => {
        const matrix = place(start);
        kernels.weightedGram(place(table), stride, place(rows), count, place(weights), matrix);
        return read(matrix, start);
      });
      expect(found).toEqual(twin);
      for (let i = 0; i < stride; i++) {
        for (let j = 0; j < stride; j++) {
          const at = i * stride + j;
          if (j > (i | 3)) expect(found[at]).toBe(start[at]);
          else {
            const products = Array.from(
              rows,
              (row, r) => weights[r]! * table[row * stride + i]! * table[row * stride + j]!,
            );
            const size = products.reduce((sum, value) => sum + Math.abs(value), 0);
            const sum = products.reduce((total, value) => total + value, start[at]!);
            expect(Math.abs(found[at]! - sum)).toBeLessThanOrEqual(2e-6 * size);
          }
        }
      }
    },
  );
});

describe('weightedRowSum', () => {
  it.each(SIZES)('of stride %i and %i rows adds in float64, and gives the same bits in its twin', (stride, count) => {
    const { table, rows, weights, start } = problem(stride, count);
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const vector = place(start.subarray(0, stride));
      kernels.weightedRowSum(place(table), stride, place(rows), count, place(weights), vector);
      return read(vector, start.subarray(0, stride));
    });
    expect(found).toEqual(twin);
    for (let k = 0; k < stride; k++) {
      const sum = rows.reduce((total, row, r) => total + weights[r]! * table[row * stride + k]!, start[k]!);
      expect(found[k]).toBe(sum);
    }
  });
});

describe('gatherColumns', () => {
  it.each([
    [4, 0, 0],
    [8, 3, 4],
    [12, 8, 8],
    [64, 5, 9],
  ])('of stride %i puts %i rows side by side, and zeros up to %i', (stride, count, length) => {
    const { table, rows } = problem(stride, count);
    const like = new Float32Array(stride * length).fill(Math.E);
    const answers = onBoth(({ kernels, place, read }) => {
      const columns = place(like);
      kernels.gatherColumns(place(table), stride, place(rows), count, columns, length);
      return read(columns, like);
    });
    const expected = like.map((_, at) => {
      const [k, r] = [Math.floor(at / length), at % length];
      return r < count ? table[rows[r]! * stride + k]! : 0;
    });
    expect(answers).toEqual([expected, expected]);
  });
});

describe('placeKnown', () => {
  it.each([[[]], [[6]], [[6, 2, 9, 0, 4]]])('puts the known products of rows %j in the lower triangle', list => {
    const ALL = 10;
    const WIDTH = 3;
    const random = seededRandom(9, 'placeKnown', list.length);
    const others = Int32Array.from({ length: ALL * WIDTH }, () => random.below(ALL + 1) - 1);
    for (const [at, other] of others.entries()) {
      const row = Math.floor(at / WIDTH);
      const before = [...others.subarray(row * WIDTH, at)].includes(other);
      const told = [...others.subarray(other * WIDTH, (other + 1) * WIDTH)].includes(row);
      if (other === row || before || (other < row && told)) others[at] = -1;
    }
    const known = Float32Array.from(others, () => random.normal());
    const stride = list.length + 4;
    const start = Float64Array.from({ length: list.length * stride }, () => random.normal());
    const places = Int32Array.from({ length: ALL + 1 }, (_, at) => list.indexOf(at - 1));
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const matrix = place(start.length > 0 ? start : new Float64Array(stride));
      const given = [place(Int32Array.from(list)), place(others), place(known), place(places)] as const;
      kernels.placeKnown(given[0], list.length, given[1], given[2], WIDTH, given[3], matrix, stride);
      return read(matrix, start);
    });
    expect(found).toEqual(twin);
    for (const [n, row] of list.entries()) {
      for (let m = 0; m <= n; m++) {
        const at = [...others].findIndex((other, k) => {
          const told = Math.floor(k / WIDTH);
          return (told === row && other === list[m]) || (told === list[m] && other === row);
        });
        expect(found[n * stride + m]).toBe(at < 0 ? start[n * stride + m] : known[at]);
      }
    }
  });
});
