import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { timedTraining } from './training.ts';

/** Of the machine that the figure is stated for. */
const WORKERS = 2;

/** Of a training of seconds, the best is the least disturbed. */
const REPETITIONS = 3;

/** Seconds for all rounds of spectral that come after the one that counts, each of 64 numbers a row: the best of some trainings. */
export async function spectral(): Promise<Figure> {
  const { note, ...data } = await benchData();
  const options = { learner: 'spectral', learnerOptions: { columns: 64 }, workers: WORKERS };
  let value = Number.POSITIVE_INFINITY;
  let rounds = 0;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const { training, roundSeconds } = await timedTraining(data, options);
    await training.close();
    const [, ...after] = roundSeconds;
    rounds = after.length;
    value = Math.min(
      value,
      after.reduce((sum, seconds) => sum + seconds, 0),
    );
  }
  return { id: 'spectral', value, unit: 's', note: `${rounds} rounds, ${note}, ${WORKERS} workers` };
}
