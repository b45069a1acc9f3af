import { expect, it } from 'vitest';
import { popularity } from '../../../simulations/baselines/popularity.ts';
import { type Row, smallDataset } from '../evaluation/small-dataset.ts';

it('counts users, not purchases', () => {
  const users: Row[][] = [
    [
      [2, 0],
      [2, 1],
      [2, 2],
      [0, 3],
    ],
    [
      [0, 0],
      [3, 0],
    ],
    [],
  ];
  const scorer = popularity(smallDataset(users, 5).population, 5);
  for (const user of [0, 1, 2]) expect([...scorer(user)]).toEqual([2, 0, 1, 1, 0]);
});
