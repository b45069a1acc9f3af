import { splitDataset } from '../evaluation/split.ts';
import type { SimulateSettings } from '../simulate/settings.ts';
import type { RunData } from '../simulate/simulate.ts';

/** Everybody who has an item held out for testing has so many items left. */
const MIN_ITEMS = 4;

/**
 * The data without what is held out for testing, and split again in the same way: of each user the item, or basket, before the
 * one for testing is what candidates are judged by. What is tested later has had no part in any choice.
 */
export function validationData(
  { dataset, split }: RunData,
  { holdout, evaluateUsers }: Pick<SimulateSettings, 'holdout' | 'evaluateUsers'>,
): RunData {
  const untested = { ...dataset, population: split.train };
  return { dataset, split: splitDataset(untested, { holdout, minItems: MIN_ITEMS, evaluateUsers }) };
}
