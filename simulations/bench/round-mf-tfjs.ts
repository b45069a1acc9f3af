import type { Scalar, Tensor1D } from '@tensorflow/tfjs';
import type { Tf } from '../../shared/learners/tfjs/index.ts';
import { type Random, shuffle } from '../../shared/random/random.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { loadTfjs } from '../learners/backend.ts';
import { benchData } from './bench-data.ts';
import type { Figure } from './figure.ts';
import { PUBLISHED_MF, roundMf } from './rounds.ts';

/** So many samples tell the time of one; a device has hundreds. */
const SAMPLES = 400;

/**
 * The same learner written with tfjs, its gradients by autodiff: one local epoch of one device, one sample at a time, on
 * copies of the rows. Seconds a device in rounds of 6,040, against ours: only its training, while our round is counted whole.
 */
export async function roundMfTfjs(): Promise<Figure> {
  const ours = await roundMf();
  const { split, note } = await benchData();
  const { tf, backend } = await loadTfjs();
  const samplesPerDevice = (split.train.pairs / split.train.size) * (1 + PUBLISHED_MF.negatives);
  const secondsPerSample = timeSamples(tf, split.itemCount, seededRandom(1, 'round-mf-tfjs'));
  const rival = 1 / (secondsPerSample * samplesPerDevice);
  return { ...ours, id: 'round-mf-tfjs', rival, ratio: ours.value / rival, note: `${note}; tfjs on ${backend}` };
}

function timeSamples(tf: Tf, items: number, random: Random): number {
  const { dimension } = PUBLISHED_MF;
  const order = Int32Array.from({ length: items }, (_, item) => item);
  shuffle(order, random);
  const drawn = () => tf.randomNormal([dimension], 0, 0.1, 'float32', 1) as Tensor1D;
  const user = tf.variable(drawn());
  const rows = Array.from({ length: SAMPLES }, () => tf.variable(drawn()));
  const biases = Array.from({ length: SAMPLES }, () => tf.variable(tf.scalar(0)));
  const optimizer = tf.train.sgd(0.05);
  const train = (sample: number): void => {
    const [vector, bias] = [rows[sample]!, biases[sample]!];
    const label = sample % (1 + PUBLISHED_MF.negatives) === 0 ? 1 : 0;
    const loss = (): Scalar => {
      const score = user.mul(vector).sum().add(bias);
      const penalty = user.square().sum().add(vector.square().sum()).mul(0.005);
      return tf.softplus(score).sub(score.mul(label)).add(penalty).asScalar();
    };
    optimizer.minimize(loss, false, [user, vector, bias]);
  };
  for (let sample = 0; sample < SAMPLES / 4; sample++) train(sample);
  const startedAtMs = performance.now();
  for (let sample = 0; sample < SAMPLES; sample++) train(sample);
  const seconds = (performance.now() - startedAtMs) / 1000;
  tf.dispose([user, ...rows, ...biases]);
  return seconds / SAMPLES;
}
