import { expect, it } from 'vitest';
import { distinctItems } from '../../../shared/history.ts';
import { Population } from '../../../simulations/data/population.ts';

it('lists the distinct items of each user by their first purchase', () => {
  const histories = [[3, 1, 3, 0], [], [0, 0], [3, 0, 1]];
  const items = Int32Array.from(histories.flat());
  const offsets = Int32Array.of(0, 4, 4, 6, 9);
  const times = Float64Array.from(items, (_, row) => row);
  const population = new Population(offsets, {
    items,
    times,
    baskets: Int32Array.from(items),
    quantities: Float32Array.from(items),
  });
  expect(population.size).toBe(4);
  expect(population.pairs).toBe(3 + 0 + 1 + 3);
  for (const [user, history] of histories.entries()) {
    expect(population.items(user)).toEqual(distinctItems(Int32Array.from(history)));
    expect([...population.history(user).purchases.items]).toEqual(history);
  }
  expect([...population.history(3).purchases.times]).toEqual([6, 7, 8]);
});
