import { NumericalError } from '../../shared/errors.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import { drawRuns } from '../../shared/privacy/accountants/selection-runs.ts';
import type { Random } from '../../shared/random/random.ts';
import type { SimulateSettings } from '../simulate/settings.ts';
import type { RunData } from '../simulate/simulate.ts';
import type { Candidate } from './candidates.ts';
import type { SelectionCharge } from './charge.ts';
import { hitsOf, noisyHits } from './score.ts';
import { type Trial, trialOf } from './trial.ts';

/** The best run, and all that may be told: not how many runs there were, nor anything that the others gave. */
export interface Selected {
  readonly candidate: Candidate;
  /** Users with a hit, with noise, over all users: may be below 0 or above 1. */
  readonly score: number;
  /** Null: the run diverged. */
  readonly model: Pick<Trial, 'model' | 'modelHash'> | null;
}

/**
 * Runs a random number of randomly drawn candidates and keeps the best run, by the noisy count of users whose validation item
 * is among their first 10. The charge must be on record. A run that diverges has no hit; of equal scores the first wins, which
 * is as fair as a coin, since runs are drawn alike. `'none'`: no run was drawn; undefined: it was interrupted.
 *
 * Nothing is told before the end, not even progress: the number of runs must stay unknown.
 */
export async function selectPrivately(
  candidates: readonly Candidate[],
  { mechanism, noiseMultipliers }: Pick<SelectionCharge, 'mechanism' | 'noiseMultipliers'>,
  scoreDeviation: number,
  data: RunData,
  learners: LearnerDefinitions,
  random: Random,
  signal: AbortSignal,
): Promise<Selected | 'none' | undefined> {
  let best: Selected | 'none' = 'none';
  for (let left = drawRuns(mechanism.runs, random); left > 0; left--) {
    const drawn = random.below(candidates.length);
    const candidate = candidates[drawn]!;
    const settings = { ...noised(candidate.settings, noiseMultipliers[drawn]!), seed: seedFrom(random) };
    const trial = await trialOrDivergence(settings, data, learners, signal);
    if (trial === undefined) return undefined;
    const hits = trial === null ? 0 : hitsOf(trial.evaluation.ranks);
    const score = noisyHits(hits, scoreDeviation, random) / data.split.users.length;
    if (best === 'none' || score > best.score) best = { candidate, score, model: trial };
  }
  return best;
}

/** Null: the model diverged. */
async function trialOrDivergence(
  settings: SimulateSettings,
  data: RunData,
  learners: LearnerDefinitions,
  signal: AbortSignal,
): Promise<Trial | null | undefined> {
  try {
    return await trialOf(settings, data, learners, { signal, progress: () => {}, notice: () => {} });
  } catch (error) {
    if (error instanceof NumericalError) return null;
    throw error;
  }
}

function noised(settings: SimulateSettings, noiseMultiplier: number): SimulateSettings {
  const { epsilon: _, ...privacy } = settings.privacy;
  return { ...settings, privacy: { ...privacy, accountant: 'rdp', noiseMultiplier } };
}

/** 53 bits: as many as a seed has. */
function seedFrom(random: Random): number {
  return random.below(2 ** 21) * 2 ** 32 + random.uint32();
}
