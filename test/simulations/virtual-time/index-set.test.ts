import { expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { IndexSet } from '../../../simulations/virtual-time/index-set.ts';

test.each([1, 31, 33, 512, 513, 1024, 5_000])('of %i: holds and orders its members as a sorted list does', capacity => {
  const random = seededRandom(capacity, 'index-set');
  const set = new IndexSet(capacity);
  const members = new Set<number>();
  const same = (): void => {
    const sorted = [...members].sort((a, b) => a - b);
    expect(set.size).toBe(sorted.length);
    expect(sorted.map((_, rank) => set.at(rank))).toEqual(sorted);
    expect(set.at(sorted.length)).toBeUndefined();
  };
  same();
  for (let turn = 0; turn < 4; turn++) {
    // Denser and denser, then thinner: 1 in 4 changes removes at first, 3 in 4 at last.
    for (let change = 0; change < capacity; change++) {
      const index = random.below(capacity);
      const removes = random.below(4) <= turn - 1;
      if (removes) set.delete(index);
      else set.add(index);
      if (removes) members.delete(index);
      else members.add(index);
      expect(set.has(index)).toBe(!removes);
    }
    same();
  }
  for (let index = 0; index < capacity; index++) set.add(index);
  expect(set.at(capacity - 1)).toBe(capacity - 1);
});

test('places that are none hold nothing', () => {
  const set = new IndexSet(0);
  expect([set.size, set.at(0), set.at(-1), set.at(Number.NaN)]).toEqual([0, undefined, undefined, undefined]);
});
