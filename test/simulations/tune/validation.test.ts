import { expect, test } from 'vitest';
import { factsOf } from '../../../simulations/data/dataset.ts';
import { splitDataset } from '../../../simulations/evaluation/split.ts';
import { validationData } from '../../../simulations/tune/validation.ts';
import { type Row, smallDataset } from '../evaluation/small-dataset.ts';

/** Users with 3 to 9 distinct items, some bought again after the last new one. */
const users = Array.from({ length: 7 }, (_, user) =>
  Array.from({ length: user + 5 }, (_, row): Row => [row < user + 3 ? (user + row) % 12 : user % 12, row]),
);

test('candidates are judged by the item before the one for testing, and never by that one', () => {
  const dataset = smallDataset(users, 12);
  const data = { dataset: factsOf(dataset), split: splitDataset(dataset, { holdout: 'last-item' }) };
  const { split } = validationData(data, { holdout: 'last-item' });
  for (const [user, rows] of users.entries()) {
    const items = [...new Set(rows.map(([item]) => item))];
    // Who has too few items for a test has none held out for it.
    const forTest = items.length >= 5 ? 1 : 0;
    const judged = items.length >= 4;
    const before = items.slice(0, items.length - forTest);
    expect([...split.heldOut(user)]).toEqual(judged ? [before.at(-1)] : []);
    expect([...split.train.items(user)]).toEqual(judged ? before.slice(0, -1) : before);
    // The data for the test are as they were.
    expect([...data.split.heldOut(user)]).toEqual(items.slice(before.length));
    expect([...data.split.train.items(user)]).toEqual(before);
  }
});
