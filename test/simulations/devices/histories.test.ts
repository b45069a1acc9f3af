import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../shared/history.ts';
import { loadDataset } from '../../../simulations/data/index.ts';
import { HistoriesError, historiesOf, readHistories } from '../../../simulations/devices/histories.ts';
import { temporaryFolder } from '../../support/cli.ts';

function file(text: string): string {
  const path = join(temporaryFolder(), 'histories.jsonl');
  writeFileSync(path, text);
  return path;
}

test('what is written for devices gives the very history that the population holds', async () => {
  const dataset = await loadDataset('synthetic:tiny');
  const { catalogue, population, users } = dataset;
  const path = file(
    [...historiesOf(dataset, population, 0, users.length)].map(line => `${JSON.stringify(line)}\n`).join(''),
  );
  const histories = await readHistories(path);
  expect(histories.map(({ device }) => device)).toEqual(users);
  for (const [user, { interactions }] of histories.entries()) {
    const { items, purchases } = historyOf(interactions, catalogue);
    const expected = population.history(user);
    expect(items).toEqual(expected.items.slice());
    expect(purchases.items).toEqual(expected.purchases.items.slice());
    expect(purchases.times).toEqual(expected.purchases.times.slice());
    expect(purchases.quantities).toEqual(expected.purchases.quantities.slice());
  }
});

describe('a file that is no file of histories', () => {
  const good = '{"device":"a","interactions":[]}\n';
  test.each([
    { name: 'not JSON', text: `${good}{"device":`, says: /line 2 is not JSON/ },
    { name: 'an unknown field', text: '{"device":"a","interactions":[],"name":"x"}', says: /line 1 is no history/ },
    { name: 'a purchase without item', text: '{"device":"a","interactions":[{"at":1}]}', says: /line 1 is no history/ },
    { name: 'a device twice', text: good + good, says: /"a" twice/ },
  ])('$name', async ({ text, says }) => {
    const reading = readHistories(file(text));
    await expect(reading).rejects.toThrow(HistoriesError);
    await expect(reading).rejects.toThrow(says);
  });

  test('is missing', async () => {
    await expect(readHistories('/nowhere/histories.jsonl')).rejects.toThrow(/Check --histories/);
  });
});
