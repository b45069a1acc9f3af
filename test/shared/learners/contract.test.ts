import { learnerDefinitions } from '../../../shared/learners/index.ts';
import { describeLearner } from './contract.ts';

/** Settings that keep a run short and take every path; a learner without any is tried with its defaults. */
const SETTINGS: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  mf: [
    { dimension: 4, rounds: 3, loss: 'bce' },
    { dimension: 3, rounds: 2, loss: 'softmax' },
    { dimension: 5, rounds: 3, solver: 'sgd', localSteps: 2 },
  ],
  ease: [
    { proximity: 0.3, together: 4 },
    { rank: 3, lambda: 2.5 },
  ],
  spectral: [
    { columns: 3, subspaceRounds: 2, neighbourRounds: 2 },
    { columns: 20, subspaceRounds: 1, neighbourRounds: 0 },
    { columns: 2, subspaceRounds: 2, neighbourRounds: 3, maxRows: 6 },
  ],
  ials: [
    { dimension: 4, rounds: 3 },
    { dimension: 3, rounds: 2, form: 'exact' },
    { dimension: 20, rounds: 2 },
  ],
  gram: [{ items: 6 }, { proximity: 0, popularityPrior: 0 }],
};

for (const name of learnerDefinitions.keys()) {
  for (const options of SETTINGS[name] ?? [{}]) describeLearner(name, options);
}
