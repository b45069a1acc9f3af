import { expect, test } from 'vitest';
import { hitRate, ndcg } from '../../../simulations/evaluation/metrics.ts';
import { userQuality } from '../../../simulations/statistics/user-quality.ts';
import { parseUserTable, UserTableError } from '../../../simulations/statistics/user-table.ts';

const HEADER = 'user,items,popularity,rank,sampled\n';

function parse(text: string) {
  return parseUserTable(new TextEncoder().encode(text), 'users.csv');
}

test('rows become columns', () => {
  const table = parse(`${HEADER}3,12,400,1,1\n7,5,0,2147483647,100\n`);
  expect(table).toEqual({
    user: Int32Array.of(3, 7),
    items: Int32Array.of(12, 5),
    popularity: Int32Array.of(400, 0),
    rank: Int32Array.of(1, 2147483647),
    sampled: Int32Array.of(1, 100),
  });
});

test.each([
  ['nothing', ''],
  ['no rows', HEADER],
  ['another header', 'user,rank\n1,2\n'],
  ['a missing field', `${HEADER}1,2,3,4\n`],
  ['a field too many', `${HEADER}1,2,3,4,5,6\n`],
  ['an empty field', `${HEADER}1,,3,4,5\n`],
  ['a fraction', `${HEADER}1,2,3,4.5,5\n`],
  ['a sign', `${HEADER}1,2,3,-4,5\n`],
  ['more than 31 bits', `${HEADER}1,2,3,2147483648,5\n`],
  ['a cut last row', `${HEADER}1,2,3,4,5\n2,3,4,5,6`],
  ['disorder', `${HEADER}2,2,3,4,5\n1,3,4,5,6\n`],
])('%s is refused', (_, text) => {
  expect(() => parse(text)).toThrow(UserTableError);
});

test('a user with several held-out items is one user, and their order does not matter', () => {
  const table = parse(`${HEADER}1,9,5,12,1\n1,9,5,3,1\n1,9,5,7,1\n4,9,5,11,1\n`);
  expect(userQuality(table, 'ndcg@10')).toEqual({
    users: Int32Array.of(1, 4),
    values: Float64Array.of(ndcg(Int32Array.of(3, 7, 12), 10), 0),
  });
  expect(userQuality(table, 'hr@10').values).toEqual(Float64Array.of(hitRate(Int32Array.of(3, 7, 12), 10), 0));
});
