import { runDataOf } from '../simulate/simulate.ts';
import type { Figure } from './figure.ts';
import { PUBLISHED_MF, uniformPurchases } from './rounds.ts';
import { timedTraining } from './training.ts';

/** What a round of mf by SGD is about. */
export interface RoundShape {
  readonly devices: number;
  /** Distinct items of each device. */
  readonly purchases: number;
  readonly dimension: number;
  readonly items: number;
}

/** Nanoseconds, fitted once on 2 cores of an Intel Xeon; another machine is so many times as fast in all of them. */
const COSTS = Object.freeze({
  /** A device: looking its history up, its random stream, crossing into the kernels. */
  device: 7_000,
  /** A sample of local training: drawing it, the sigmoid, and by dimension two products and two updates. */
  sample: 20,
  sampleByDimension: 1.5,
  /** A number that a device moved: copied in, subtracted, squared, scaled, added. */
  moved: 2,
  /** A number of the model, on the main thread: the fold, the optimiser, the hash, and what threads are handed. */
  model: 200,
});

const WORKERS = 2;

/** Predicted seconds of a round. See docs/performance.md. */
export function predictedSeconds({ devices, purchases, dimension, items }: RoundShape, workers = WORKERS): number {
  const draws = purchases * PUBLISHED_MF.negatives;
  const samples = purchases + draws;
  const others = items - purchases;
  const rows = purchases + others * (1 - (1 - 1 / others) ** draws);
  const numbers = rows * (dimension + 1);
  const training =
    COSTS.device + samples * (COSTS.sample + COSTS.sampleByDimension * dimension) + COSTS.moved * numbers;
  return ((devices * training) / workers + COSTS.model * items * (dimension + 1)) / 1e9;
}

const BASE: RoundShape = { devices: 4_000, purchases: 100, dimension: 32, items: 4_000 };
const SHAPES: readonly RoundShape[] = [
  BASE,
  { ...BASE, devices: 16_000 },
  { ...BASE, purchases: 25 },
  { ...BASE, purchases: 400 },
  { ...BASE, dimension: 64 },
  { ...BASE, items: 40_000 },
];
const ROUNDS = 15;

/** The largest factor by which a measured round differs from the prediction, this machine's speed taken from the first. */
export async function costModel(): Promise<Figure> {
  const lines: string[] = [];
  const factors: number[] = [];
  let speed = 1;
  for (const shape of SHAPES) {
    const { dimension } = shape;
    const data = runDataOf(uniformPurchases(shape), 'last-item');
    const learnerOptions = { ...PUBLISHED_MF, dimension, rounds: ROUNDS };
    const options = { learner: 'mf', learnerOptions, cohort: shape.devices, workers: WORKERS };
    const { training, roundSeconds } = await timedTraining(data, options);
    await training.close();
    const measured = Math.min(...roundSeconds.slice(1));
    if (shape === BASE) speed = measured / predictedSeconds(shape);
    const predicted = predictedSeconds(shape) * speed;
    factors.push(Math.max(measured / predicted, predicted / measured));
    const name = Object.entries(shape).map(([key, value]) => `${key} ${value}`);
    lines.push(`${name.join(', ')}: ${measured.toFixed(3)} s, predicted ${predicted.toFixed(3)} s`);
  }
  return { id: 'cost-model', value: Math.max(...factors), unit: 'times', note: `\n  ${lines.join('\n  ')}` };
}
