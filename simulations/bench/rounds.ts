import { Catalogue } from '../../shared/catalogue.ts';
import { contentHash } from '../../shared/hash.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import type { Dataset } from '../data/dataset.ts';
import { Population } from '../data/population.ts';
import { sharedPurchases } from '../data/shared-columns.ts';
import { runDataOf } from '../simulate/simulate.ts';
import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { timedTraining } from './training.ts';

/** Of the machine that the figures are stated for. */
const WORKERS = 2;

/** The published setting of federated matrix factorisation: one local epoch of SGD, four negatives a positive. */
export const PUBLISHED_MF = Object.freeze({ solver: 'sgd', dimension: 32, negatives: 4, localSteps: 1 });

/** Devices a second in rounds of mf by SGD that ask all 6,040 of them: the best of some rounds after the first. */
export async function roundMf(): Promise<Figure> {
  const { note, ...data } = await benchData();
  const learnerOptions = { ...PUBLISHED_MF, rounds: 15 };
  const { training, roundSeconds } = await timedTraining(data, { learner: 'mf', learnerOptions, workers: WORKERS });
  await training.close();
  const value = data.split.users.length / Math.min(...roundSeconds.slice(1));
  return { id: 'round-mf', value, unit: 'devices/s', note: `${note}, ${WORKERS} workers` };
}

const PAIRS = 3;
const SMALLEST = { devices: 200_000, purchases: 20, items: 1_000 };

/**
 * Devices a CPU-second, all threads counted, of the smallest contribution there is: what a round of all devices takes beyond
 * one of a hundredth of them, so that starting the threads is left out. The best of some pairs.
 */
export async function roundPopularity(size = SMALLEST): Promise<Figure> {
  const { devices, purchases, items } = size;
  const data = runDataOf(uniformPurchases(size), 'last-item');
  const few = Math.ceil(devices / 100);
  const cpuSeconds = async (cohort: number): Promise<number> => {
    const timed = await timedTraining(data, { learner: 'popularity', workers: WORKERS, cohort });
    await timed.training.close();
    return timed.cpuSeconds;
  };
  const seconds: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) seconds.push(-(await cpuSeconds(few)) + (await cpuSeconds(devices)));
  const value = (devices - few) / Math.min(...seconds);
  const note = `${devices} devices of ${purchases} purchases, ${items} items, ${WORKERS} workers`;
  return { id: 'round-popularity', value, unit: 'devices/CPU-s', note };
}

/** Devices that bought distinct items at random: what is bought does not matter to the time. */
export function uniformPurchases({ devices, purchases, items }: Readonly<typeof SMALLEST>): Dataset {
  const random = seededRandom(1, 'bench');
  const rows = devices * purchases;
  const columns = sharedPurchases(rows);
  const { items: bought } = columns;
  columns.quantities.fill(1);
  for (let row = 0; row < rows; row++) {
    const from = row - (row % purchases);
    do bought[row] = random.below(items);
    while (isAmong(bought, from, row));
    columns.times[row] = columns.baskets[row] = row - from;
  }
  const offsets = Int32Array.from({ length: devices + 1 }, (_, device) => device * purchases);
  return {
    name: 'bench',
    catalogue: new Catalogue(Array.from({ length: items }, (_, item) => ({ id: `item-${item}` }))),
    users: Array.from({ length: devices }, (_, device) => `device-${String(device).padStart(8, '0')}`),
    population: new Population(offsets, columns),
    hash: contentHash(new Uint8Array(0)),
    report: { rows, setAside: {}, bad: { count: 0, examples: [] } },
  };
}

function isAmong(items: Int32Array, from: number, row: number): boolean {
  for (let before = from; before < row; before++) if (items[before] === items[row]) return true;
  return false;
}
