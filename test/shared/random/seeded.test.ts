import { describe, expect, test } from 'vitest';
import { deviceRandom } from '../../../shared/random/device.ts';
import { type Random, shuffle } from '../../../shared/random/random.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { systemRandom } from '../../../shared/random/system.ts';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

test('streams are frozen: a change to them changes every figure', () => {
  expect(draw(seededRandom(1), 3)).toEqual([4084267957, 151102427, 2500241641]);
  expect(draw(deviceRandom(1, 2, 'shopper3', 'contribute'), 3)).toEqual([683206556, 155106879, 1812271845]);
});

test('a million paths give a million streams', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 1_000; round++) {
    for (let device = 0; device < 1_000; device++) {
      const random = seededRandom(7, round, `d${device}`, 'contribute');
      seen.add(`${random.uint32()} ${random.uint32()}`);
    }
  }
  expect(seen.size).toBe(1_000_000);
});

test('a path is more than its characters: neighbours differ', () => {
  const paths: (string | number)[][] = [
    [],
    [0],
    [1],
    ['1'],
    [1, 1],
    [11],
    ['ab', 'c'],
    ['a', 'bc'],
    ['abc'],
    [-0],
    [0.5],
  ];
  const firsts = paths.map(path => draw(seededRandom(3, ...path), 2).join());
  expect(new Set(firsts).size).toBe(paths.length);
  expect(draw(seededRandom(4), 2)).not.toEqual(draw(seededRandom(3), 2));
});

test('neighbouring streams are not correlated', () => {
  const count = 20_000;
  let agree = 0;
  for (let round = 0; round < count; round++) {
    if (seededRandom(5, round).uint32() >>> 31 === seededRandom(5, round + 1).uint32() >>> 31) agree++;
  }
  expect(Math.abs(agree - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
});

describe.each([
  ['seeded', () => seededRandom(11, 'distributions')],
  ['system', systemRandom],
])('%s: distributions', (_, make) => {
  const COUNT = 60_000;

  test('below is uniform (chi squared), also where 2^32 is no multiple of the bound', () => {
    for (const bound of [2, 7, 100]) {
      const random = make();
      const counts = new Float64Array(bound);
      for (let k = 0; k < COUNT; k++) counts[random.below(bound)]!++;
      const expected = COUNT / bound;
      const chi2 = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Mean bound - 1, variance 2 (bound - 1): six standard deviations.
      expect(chi2).toBeLessThan(bound - 1 + 6 * Math.sqrt(2 * (bound - 1)) + 10);
    }
    const huge = 3 * 2 ** 30;
    const random = make();
    let upper = 0;
    for (let k = 0; k < COUNT; k++) if (random.below(huge) >= 2 ** 31) upper++;
    // A remainder without rejection would put a quarter here; a third is right.
    expect(Math.abs(upper / COUNT - 1 / 3)).toBeLessThan(0.012);
  });

  test('float is uniform on [0, 1), normal is standard normal', () => {
    const random = make();
    let [outside, sum, squares, normalSum, normalSquares, beyond] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < COUNT; k++) {
      const uniform = random.float();
      if (uniform < 0 || uniform >= 1) outside++;
      sum += uniform;
      squares += uniform * uniform;
      const normal = random.normal();
      normalSum += normal;
      normalSquares += normal * normal;
      if (Math.abs(normal) > 1.959964) beyond++;
    }
    const root = Math.sqrt(COUNT);
    expect(outside).toBe(0);
    expect(Math.abs(sum / COUNT - 1 / 2)).toBeLessThan((6 * Math.sqrt(1 / 12)) / root);
    expect(Math.abs(squares / COUNT - 1 / 3)).toBeLessThan((6 * Math.sqrt(4 / 45)) / root);
    expect(Math.abs(normalSum / COUNT)).toBeLessThan(6 / root);
    expect(Math.abs(normalSquares / COUNT - 1)).toBeLessThan((6 * Math.SQRT2) / root);
    expect(Math.abs(beyond / COUNT - 0.05)).toBeLessThan((6 * Math.sqrt(0.0475)) / root);
  });
});

test('shuffle gives every order equally often', () => {
  const random = seededRandom(13, 'shuffle');
  const counts = new Map<string, number>();
  for (let k = 0; k < 24_000; k++) {
    const array = Int32Array.of(0, 1, 2, 3);
    shuffle(array, random);
    counts.set(array.join(), (counts.get(array.join()) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(6 * Math.sqrt(1_000));
});
