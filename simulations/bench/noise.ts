import { DiscreteGaussianSampler } from '../../shared/privacy/noise/discrete-gaussian.ts';
import { systemRandom } from '../../shared/random/system.ts';
import { type Figure, median } from './figure.ts';

const COORDINATES = 1_000_000;
const REPETITIONS = 7;

/**
 * Seconds to add exact discrete Gaussian noise to a million coordinates, the slower of a sigma of 1,000.3 steps and one of
 * 1.1 x 2^30, against rounded normal numbers by Box and Muller, which are not safe: all from the system's generator, turn
 * about. Medians.
 */
export function noiseDiscreteGaussian(): Figure {
  const random = systemRandom();
  const totals = new Float64Array(COORDINATES);
  const samplers = [1000.3, 1.1 * 2 ** 30].map(sigma => new DiscreteGaussianSampler(sigma));
  const seconds: number[][] = samplers.map(() => []);
  const rivals: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const [k, sampler] of samplers.entries()) seconds[k]!.push(secondsOf(() => sampler.addTo(totals, random)));
    rivals.push(
      secondsOf(() => {
        for (let k = 0; k < COORDINATES; k++) totals[k]! += Math.round(1000.3 * random.normal());
      }),
    );
  }
  const value = Math.max(...seconds.map(median));
  const rival = median(rivals);
  return { id: 'noise-discrete-gaussian', value, unit: 's/million coordinates', rival, ratio: rival / value };
}

function secondsOf(work: () => void): number {
  const startedAtMs = performance.now();
  work();
  return (performance.now() - startedAtMs) / 1000;
}
