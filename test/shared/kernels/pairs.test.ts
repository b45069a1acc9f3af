import { describe, expect, it } from 'vitest';
import { packedIndex } from '../../../shared/linear-algebra/packed.ts';
import { shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { onBoth } from './both.ts';

const ORDER = 12_500;

describe('writePairs', () => {
  const sizes = [0, 1, 2, 4, 5, 6, 23].flatMap(count => [
    [count, 0],
    [count, 1],
  ]);
  it.each(sizes)('lists the pairs of %i items that are %i or more apart', (count, gap) => {
    const random = seededRandom(3, 'pairs', count);
    const items = Int32Array.from({ length: count }, (_, n) => n * 540 + random.below(540));
    // The largest numbers that 32 bits have to hold.
    if (count > 1) items[count - 1] = ORDER - 1;
    const positions = Int32Array.from(items.keys());
    shuffle(positions, random);
    const closeness = Float32Array.from({ length: count }, () => random.normal());
    const pairs = items.length * (items.length + 1 - 2 * gap) * 0.5;
    const [found, twin] = onBoth(({ kernels, place, read }) => {
      const rows = place(new Int32Array(pairs));
      const values = place(new Float32Array(pairs));
      kernels.writePairs(place(items), place(positions), count, ORDER, place(closeness), gap, rows, values);
      return { rows: read(rows, new Int32Array(pairs)), values: read(values, new Float32Array(pairs)) };
    });
    expect(found).toEqual(twin);
    const expected = Array.from(items, (a, n) =>
      Array.from(items.subarray(n + gap), (b, m) => ({
        row: packedIndex(ORDER, a, b),
        value: closeness[Math.abs(positions[n]! - positions[n + gap + m]!)]!,
      })),
    ).flat();
    expect([...found.rows]).toEqual(expected.map(({ row }) => row));
    expect([...found.values]).toEqual(expected.map(({ value }) => value));
  });
});
