import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { invertSpd } from '../../../shared/linear-algebra/invert-spd.ts';
import { ThreadTeam } from '../../../simulations/workers/team.ts';
import { matrixOf, randomNumbers } from '../../shared/linear-algebra/matrices.ts';
import type { Member } from './team-member.ts';

/** Four bands of rows, the last a short one, so that some members have more than others. */
const ORDER = 229;

/** Diagonally dominant. */
function matrix(): Float64Array {
  const numbers = randomNumbers(ORDER * ORDER, 'team');
  return matrixOf(ORDER, (row, column) => {
    const [a, b] = [Math.min(row, column), Math.max(row, column)];
    return numbers[a * ORDER + b]! + (a === b ? 4 * ORDER : 0);
  });
}

/** What each member says, and what they made of the matrix. */
async function inverted(size: number, values: Float64Array, leaver?: number): Promise<[string[], Float64Array]> {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  const cells = ThreadTeam.cells();
  const code = JSON.stringify(new URL('./team-member.ts', import.meta.url).href);
  const members = Array.from({ length: size }, (_, rank) => {
    const workerData: Member = { rank, size, cells, matrix: shared, order: ORDER, leaves: rank === leaver };
    const start = `import('tsx/esm/api').then(({ register }) => { register(); return import(${code}); })`;
    return new Worker(start, { eval: true, workerData });
  });
  try {
    const said = await Promise.all(members.map(async member => String((await once(member, 'message'))[0])));
    return [said, shared];
  } finally {
    await Promise.all(members.map(member => member.terminate()));
  }
}

it.each([2, 4])('%i threads invert a matrix to the same bits as one function call', async size => {
  const expected = matrix();
  invertSpd(expected, ORDER);
  const [said, found] = await inverted(size, matrix());
  expect(said).toEqual(Array.from({ length: size }, () => 'done'));
  expect(found).toEqual(expected);
});

it('where the matrix cannot be inverted, all threads say so', async () => {
  const indefinite = matrix();
  indefinite[200 * (ORDER + 1)] = -1;
  const [said] = await inverted(2, indefinite);
  expect(said[0]).toMatch(/pivot 200 of 229/);
  expect(said[1]).toBe(said[0]);
});

it('where one thread fails, the others do not wait for it', async () => {
  const [said] = await inverted(3, matrix(), 2);
  for (const sentence of said) expect(sentence).toMatch(/A thread of a computation failed/);
});
