import type { Catalogue } from '../../shared/catalogue.ts';
import { SettingsError } from '../../shared/errors.ts';
import { ialsOptionsSchema } from '../../shared/learners/ials/options.ts';
import { learnerOptions } from '../../shared/learners/index.ts';
import { mfOptionsSchema } from '../../shared/learners/mf/options.ts';
import type { Population } from '../data/population.ts';
import type { Scorer } from '../evaluation/scorer.ts';
import { usualWorkers } from '../workers/open-pool.ts';
import { trainPooledIals } from './pooled-ials.ts';
import { trainPooledMf } from './pooled-mf.ts';
import { trainPooledSums } from './pooled-sums.ts';
import { popularity } from './popularity.ts';

type Trainer = (
  options: object,
  train: Population,
  catalogue: Catalogue,
  seed: number,
  workers: number,
) => Scorer | Promise<Scorer>;

const trainers: ReadonlyMap<string, Trainer> = new Map<string, Trainer>([
  ['popularity', (_options, train, catalogue) => popularity(train, catalogue.size)],
  ['mf', (options, ...rest) => trainPooledMf(mfOptionsSchema.parse(options), ...rest)],
  ['ease', (options, train, catalogue, seed) => trainPooledSums('ease', options, train, catalogue, seed)],
  ['spectral', (options, train, catalogue, seed) => trainPooledSums('spectral', options, train, catalogue, seed)],
  ['gram', (options, train, catalogue, seed) => trainPooledSums('gram', options, train, catalogue, seed)],
  [
    'ials',
    (options, train, catalogue, seed) => trainPooledIals(ialsOptionsSchema.parse(options), train, catalogue, seed),
  ],
]);

/** A learner of a researcher's own has none. */
export function hasPooledTwin(learner: string): boolean {
  return trainers.has(learner);
}

/**
 * What the learner would be with all purchases in one place: what keeping them apart costs is measured against it. So many
 * `workers` help where they can.
 *
 * @throws SettingsError if no learner has that name, or the options are not valid for it.
 */
export async function trainPooled(
  learner: string,
  options: object,
  train: Population,
  catalogue: Catalogue,
  seed: number,
  workers = usualWorkers(train.size),
): Promise<Scorer> {
  const resolved = learnerOptions(learner, options);
  const trainer = trainers.get(learner);
  if (trainer === undefined) throw new SettingsError(`Learner "${learner}" has no pooled twin to compare it with.`);
  return trainer(resolved, train, catalogue, seed, workers);
}
