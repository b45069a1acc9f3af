import { SettingsError } from '../../shared/errors.ts';
import { combinations, effective, optionsOf } from '../compare/grid.ts';
import type { ComparedLearners } from '../compare/learners.ts';
import type { Study, Value } from '../compare/study.ts';
import { type SimulateSettings, simulateSettings } from '../simulate/settings.ts';

/** Settings that may be chosen. */
export interface Candidate {
  /** As the study calls it. */
  readonly learner: string;
  /** What tells it from others: settings by name, learners' options as `learner.option`. */
  readonly varied: Readonly<Record<string, Value>>;
  /** The same, with what all candidates share. */
  readonly given: Readonly<Record<string, Value>>;
  readonly settings: SimulateSettings;
}

/** What is promised, and what candidates are judged on: nothing that one could choose the best of. */
const FIXED = new Set([
  'trust',
  'epsilon',
  'noiseMultiplier',
  'delta',
  'adjacency',
  'accountant',
  'holdout',
  'evaluateUsers',
]);

/**
 * All that a study asks to choose from, on the one data set that it names, each once.
 *
 * @throws SettingsError if there is nothing to choose from, what varies is none of the learner's business, or settings do not fit.
 */
export function candidatesOf(study: Study, learners: ComparedLearners): Candidate[] {
  const fixed = Object.entries(study.axes).find(([axis, values]) => FIXED.has(axis) && values.length > 1);
  if (fixed !== undefined) {
    throw new SettingsError(
      `${fixed[0]} is part of the promise or of the measure, not a setting to choose the best of. Give it one value.`,
    );
  }
  const candidates = new Map<string, Candidate>();
  for (const combination of combinations(study, study.learners ?? [])) {
    const options = { ...optionsOf(study, combination, learners), baselines: [] };
    const settings = simulateSettings(options, learners.definitions);
    const key = JSON.stringify(settings);
    if (candidates.has(key)) continue;
    const given = effective(combination);
    const varied = Object.entries(given).filter(([axis]) => study.axes[axis]!.length > 1);
    candidates.set(key, { learner: combination.learner, varied: Object.fromEntries(varied), given, settings });
  }
  if (candidates.size < 2) {
    throw new SettingsError('There is one candidate, so nothing to choose. Vary something: --vary mf.dimension=16,32.');
  }
  return [...candidates.values()];
}
