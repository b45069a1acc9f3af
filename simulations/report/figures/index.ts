import { coldStart } from './cold-start.ts';
import { convergence } from './convergence.ts';
import type { FigureKind } from './figure.ts';
import { pareto } from './pareto.ts';
import { population } from './population.ts';
import { qualityEpsilon } from './quality-epsilon.ts';
import { signal } from './signal.ts';
import { sweep } from './sweep.ts';
import { whoPays } from './who-pays.ts';

/** In the order of a report. */
export const FIGURES: readonly FigureKind[] = [
  qualityEpsilon,
  population,
  pareto,
  whoPays,
  sweep,
  convergence,
  signal,
  coldStart,
];
