import { expect, it } from 'vitest';
import { MemoryStore } from '../../client/memory-store.ts';
import { describeStore } from './store-contract.ts';

describeStore('MemoryStore', async () => {
  const store = new MemoryStore();
  return { store, reopen: async () => store };
});

it('a MemoryStore can begin with a history', async () => {
  const store = new MemoryStore([{ item: 'tea', at: 1 }]);
  await store.append([{ item: 'salt', at: 2 }]);
  expect((await store.load()).interactions.map(({ item }) => item)).toEqual(['tea', 'salt']);
});
