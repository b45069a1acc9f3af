import { type LedgerTerms, MemoryLedger } from '../../server/privacy/ledger.ts';
import type { LearnerDefinitions } from '../../shared/learners/index.ts';
import type { Evaluation } from '../evaluation/evaluate.ts';
import type { SimulateHooks } from '../simulate/hooks.ts';
import type { SimulateSettings } from '../simulate/settings.ts';
import { type RunData, simulateOn } from '../simulate/simulate.ts';

/** What a run by some candidate's settings gave. Nothing of it was written anywhere. */
export interface Trial {
  readonly evaluation: Evaluation;
  /** The model that it ended with, as safetensors, and its hash. */
  readonly model: Uint8Array;
  readonly modelHash: string;
  /** What the run promises by itself; null without noise. */
  readonly epsilon: number | null;
}

/** Undefined if it was interrupted. @throws NumericalError if the model diverges. */
export async function trialOf(
  settings: SimulateSettings,
  data: RunData,
  learners: LearnerDefinitions,
  hooks: SimulateHooks,
): Promise<Trial | undefined> {
  const recorder = {
    openLedger: (terms: LedgerTerms) => new MemoryLedger(terms),
    appendRound: () => {},
    writeModel: () => {},
  };
  const run = { ...settings, baselines: [] };
  const { result, training, evaluation } = await simulateOn(data, 'tune', run, recorder, hooks, learners);
  if (evaluation === null) return undefined;
  const { bytes, hash } = training.published;
  return { evaluation, model: bytes, modelHash: hash, epsilon: result.privacy.epsilon };
}
