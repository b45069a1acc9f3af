import { parentPort, workerData } from 'node:worker_threads';
import { invertSpdTogether } from '../../../shared/linear-algebra/invert-spd.ts';
import { ThreadTeam } from '../../../simulations/workers/team.ts';

/** One member of a team that inverts a matrix, and then meets once more; `leaves` is one that fails before. */
export interface Member {
  readonly rank: number;
  readonly size: number;
  readonly cells: Int32Array;
  readonly matrix: Float64Array;
  readonly order: number;
  readonly leaves: boolean;
}

const { rank, size, cells, matrix, order, leaves } = workerData as Member;
const team = new ThreadTeam(rank, size, cells);
try {
  if (leaves) team.leave();
  invertSpdTogether(matrix, order, team);
  parentPort!.postMessage('done');
} catch (error) {
  parentPort!.postMessage((error as Error).message);
}
