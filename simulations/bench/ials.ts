import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { timedTraining } from './training.ts';

/** Of the machine that the figure is stated for. */
const WORKERS = 2;

const ROUNDS = 4;

/** Seconds for a round of ials with vectors of 64 numbers that asks every device, the fold included: the best of some. */
export async function ials(): Promise<Figure> {
  const { note, ...data } = await benchData();
  const learnerOptions = { dimension: 64, rounds: ROUNDS };
  const { training, roundSeconds } = await timedTraining(data, { learner: 'ials', learnerOptions, workers: WORKERS });
  await training.close();
  // The first round counts.
  const value = Math.min(...roundSeconds.slice(1));
  return { id: 'ials', value, unit: 's/round', note: `${note}, ${WORKERS} workers` };
}
