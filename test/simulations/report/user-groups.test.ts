import { expect, test } from 'vitest';
import { userGroups } from '../../../simulations/report/user-groups.ts';

function table(rows: readonly (readonly [user: number, items: number, popularity: number])[]) {
  const zeros = new Int32Array(rows.length);
  return {
    user: Int32Array.from(rows, ([user]) => user),
    items: Int32Array.from(rows, ([, items]) => items),
    popularity: Int32Array.from(rows, ([, , popularity]) => popularity),
    rank: zeros,
    sampled: zeros,
  };
}

test('fifths hold as many users each, from the least value to the greatest', () => {
  const ten = table(Array.from({ length: 10 }, (_, user) => [user, 100 - user, user * user] as const));
  const { labels, users } = userGroups(ten, { column: 'items', single: false });
  expect(labels).toEqual(['91–92', '93–94', '95–96', '97–98', '99–100']);
  expect(users.map(group => Array.from(group))).toEqual([
    [8, 9],
    [6, 7],
    [4, 5],
    [2, 3],
    [0, 1],
  ]);
  expect(userGroups(ten, { column: 'popularity', single: true }).labels[0]).toBe('0–1');
});

test('equal values stay together', () => {
  const rows = Array.from({ length: 20 }, (_, user) => [user, user < 15 ? 3 : user, 0] as const);
  const { labels, users } = userGroups(table(rows), { column: 'items', single: false });
  expect(labels).toEqual(['3', '15', '16–19']);
  expect(users.map(({ length }) => length)).toEqual([15, 1, 4]);
});

test('a user with several held-out items has one history, but no one popularity', () => {
  const rows = [
    [3, 5, 10],
    [3, 5, 90],
    [4, 6, 20],
    [7, 7, 30],
  ] as const;
  const byItems = userGroups(table(rows), { column: 'items', single: false });
  expect(byItems.users.flatMap(group => Array.from(group))).toEqual([3, 4, 7]);
  expect(byItems.places.flatMap(group => Array.from(group))).toEqual([0, 1, 2]);
  const byPopularity = userGroups(table(rows), { column: 'popularity', single: true });
  expect(byPopularity.users.flatMap(group => Array.from(group))).toEqual([4, 7]);
  expect(byPopularity.places.flatMap(group => Array.from(group))).toEqual([1, 2]);
});
