import { SettingsError } from '../../shared/errors.ts';
import { type SimulateOptions, type SimulateSettings, simulateSettings } from '../simulate/settings.ts';
import type { Asked } from './asked.ts';
import { type Combination, combinations, effective, optionsOf } from './grid.ts';
import { comparedNames } from './learners.ts';
import type { Value } from './study.ts';

/** A combination with what its runs are asked, and their settings, but for the seed. */
export interface Possible {
  readonly combination: Combination;
  readonly options: SimulateOptions;
  readonly settings: SimulateSettings;
}

/** A combination of settings that exclude each other. */
export interface Refused {
  readonly combination: Combination;
  readonly refused: SettingsError;
}

/**
 * All combinations of a study. Some may be impossible, and the others are done; not so where nothing is possible, or where
 * a value is a mistake: refused by itself, and in all that it matters to.
 *
 * @throws SettingsError
 */
export function compiledGrid(asked: Asked): (Possible | Refused)[] {
  const { study, learners } = asked;
  const names = Array.from(comparedNames(study.learners, learners).keys());
  const all = combinations(study, names).map(combination => compiled(asked, combination));
  const possible = all.filter(isPossible).map(({ combination }) => combination);
  for (const learner of names) {
    const alone: Combination = { data: study.data[0]!, learner, settings: {} };
    if (!possible.some(one => one.learner === learner)) refuse(asked, 'learner', learner, alone);
  }
  for (const [axis, values] of Object.entries(study.axes)) {
    const learner = names.find(name => axis.startsWith(`${name}.`)) ?? 'popularity';
    // Most settings of privacy are about noise.
    const noise = axis === 'epsilon' || axis === 'noiseMultiplier' ? {} : { epsilon: 1 };
    for (const value of values) {
      const alone: Combination = { data: study.data[0]!, learner, settings: { ...noise, [axis]: value } };
      if (!possible.some(one => effective(one)[axis] === value)) refuse(asked, axis, value, alone);
    }
  }
  const [first] = all;
  if (possible.length === 0) throw (first as Refused).refused;
  return all;
}

export function isPossible(one: Possible | Refused): one is Possible {
  return 'settings' in one;
}

function compiled({ study, learners }: Asked, combination: Combination): Possible | Refused {
  try {
    const options = { ...optionsOf(study, combination, learners), baselines: [] };
    return { combination, options, settings: simulateSettings(options, learners.definitions) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { combination, refused: error };
  }
}

/** Unless the value is possible by itself. */
function refuse(asked: Asked, axis: string, value: Value, alone: Combination): void {
  const one = compiled(asked, alone);
  if (isPossible(one)) return;
  throw new SettingsError(`The study cannot have ${axis} ${value}. ${one.refused.message}`);
}
