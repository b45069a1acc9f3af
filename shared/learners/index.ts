import * as z from 'zod';
import type { Catalogue } from '../catalogue.ts';
import { SettingsError } from '../errors.ts';
import type { Learner, LearnerDefinition } from './learner.ts';
import { mf } from './mf/mf.ts';
import { popularity } from './popularity.ts';

/** Every learner there is, by name. */
export const learnerDefinitions: ReadonlyMap<string, LearnerDefinition<unknown>> = new Map(
  [popularity, mf].map(definition => [definition.name, definition]),
);

/**
 * The learner's options with the defaults filled in: what a run records and a coordinator sends, so that devices of
 * another version compute the same.
 *
 * @throws SettingsError if no learner has that name, or the options are not valid for it.
 */
export function learnerOptions(name: string, options: unknown = {}): Record<string, unknown> {
  const parsed = definitionOf(name).options.safeParse(options);
  if (!parsed.success) {
    throw new SettingsError(`The options of learner "${name}" are not valid:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data as Record<string, unknown>;
}

/** @throws SettingsError if no learner has that name, or the options are not valid for it. */
export function createLearner(name: string, options: unknown, catalogue: Catalogue): Learner {
  return definitionOf(name).create(learnerOptions(name, options), catalogue);
}

function definitionOf(name: string): LearnerDefinition<unknown> {
  const definition = learnerDefinitions.get(name);
  if (definition === undefined) {
    const names = [...learnerDefinitions.keys()].join(', ');
    throw new SettingsError(`There is no learner "${name}". Choose one of ${names}.`);
  }
  return definition;
}
