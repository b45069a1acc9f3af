import { epsilonOf } from '../../shared/privacy/accountants/account.ts';
import type { Mechanism } from '../../shared/privacy/mechanism.ts';
import { type Figure, median } from './figure.ts';

const REPETITIONS = 5;

/** Seconds for the epsilon of 10,000 steps of a sampled Gaussian by privacy loss distributions, against Renyi's. Medians. */
export function accountantPld(): Figure {
  const step: Mechanism = {
    type: 'poisson-sampled',
    samplingRate: 0.01,
    mechanism: { type: 'gaussian', noiseMultiplier: 1.1 },
  };
  const training: Mechanism = { type: 'repeated', mechanism: step, count: 10_000 };
  const seconds = { pld: [] as number[], rdp: [] as number[] };
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const accountant of ['pld', 'rdp'] as const) {
      const startedAtMs = performance.now();
      epsilonOf(training, 1e-6, accountant, 'add-remove');
      seconds[accountant].push((performance.now() - startedAtMs) / 1000);
    }
  }
  const [value, rival] = [median(seconds.pld), median(seconds.rdp)];
  return { id: 'accountant-pld', value, unit: 's', rival, ratio: rival / value };
}
