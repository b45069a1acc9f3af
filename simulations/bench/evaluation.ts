import type { Model } from '../../shared/model.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { timedTraining } from './training.ts';

const DIMENSION = 32;
const WORKERS = 2;
const REPETITIONS = 5;
/** The rival takes so many users, and is counted for all. */
const RIVAL_USERS = 400;

/**
 * Seconds to rank the whole catalogue for every user by mf, the fit of each user's vector and the list among 100 included,
 * against plain loops in one thread that only score and rank.
 */
export async function evaluation(): Promise<Figure> {
  const { note, ...data } = await benchData();
  const learnerOptions = { dimension: DIMENSION, rounds: 1 };
  const { training } = await timedTraining(data, { learner: 'mf', learnerOptions, workers: WORKERS });
  const seconds: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const startedAtMs = performance.now();
    await training.evaluate();
    seconds.push((performance.now() - startedAtMs) / 1000);
  }
  await training.close();
  const { split } = data;
  const some = split.evaluated.filter((_, at) => at % Math.ceil(split.evaluated.length / RIVAL_USERS) === 0);
  const startedAtMs = performance.now();
  evaluate(plainScorer(training.published.model), split, 1, some);
  const rival = ((performance.now() - startedAtMs) / 1000) * (split.evaluated.length / some.length);
  const value = Math.min(...seconds);
  return { id: 'evaluation', value, unit: 's', rival, ratio: rival / value, note: `${note}, ${WORKERS} workers` };
}

/** Any vector will do for the time that it takes. */
function plainScorer(model: Model): Scorer {
  const vectors = model.tensor('item.vectors');
  const biases = model.tensor('item.biases');
  const scores = new Float32Array(biases.length);
  return user => {
    const from = (user % biases.length) * DIMENSION;
    for (let item = 0, at = 0; item < biases.length; item++) {
      let score = biases[item]!;
      for (let k = 0; k < DIMENSION; k++, at++) score += vectors[from + k]! * vectors[at]!;
      scores[item] = score;
    }
    return scores;
  };
}
