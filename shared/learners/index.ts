import * as z from 'zod';
import type { Catalogue } from '../catalogue.ts';
import { SettingsError } from '../errors.ts';
import type { Numerics } from '../linear-algebra/numerics.ts';
import { ease } from './ease/ease.ts';
import { gram } from './gram/gram.ts';
import { ials } from './ials/ials.ts';
import type { Learner, LearnerDefinition } from './learner.ts';
import { mf } from './mf/mf.ts';
import { popularity } from './popularity.ts';
import { spectral } from './spectral/spectral.ts';

/** Learners by name. */
export type LearnerDefinitions = ReadonlyMap<string, LearnerDefinition<unknown>>;

/** The learners that every coordinator and device has. */
export const learnerDefinitions: LearnerDefinitions = new Map(
  [popularity, mf, ease, spectral, ials, gram].map(definition => [definition.name, definition]),
);

/**
 * Those and further ones, which both sides have to be given.
 *
 * @throws SettingsError if two have one name.
 */
export function learnerDefinitionsWith(further: readonly LearnerDefinition<unknown>[]): LearnerDefinitions {
  const definitions = new Map(learnerDefinitions);
  for (const definition of further) {
    const { name } = definition;
    if (definitions.has(name)) throw new SettingsError(`Two learners are named "${name}". Give each its own name.`);
    definitions.set(name, definition);
  }
  return definitions;
}

/**
 * The learner's options with the defaults filled in: what a run records and a coordinator sends, so that devices of
 * another version compute the same.
 *
 * @param noised whether sums will carry noise, for which learners have other defaults.
 * @throws SettingsError if no learner has that name, or the options are not valid for it.
 */
export function learnerOptions(
  name: string,
  options: object = {},
  definitions = learnerDefinitions,
  noised = false,
): Record<string, unknown> {
  const definition = definitionOf(name, definitions);
  return optionsOf(definition, noised ? { ...definition.underNoise, ...options } : options);
}

/** @throws SettingsError if no learner has that name, or the options are not valid for it. */
export function createLearner(
  name: string,
  options: unknown,
  catalogue: Catalogue,
  definitions = learnerDefinitions,
  numerics?: Numerics,
): Learner {
  const definition = definitionOf(name, definitions);
  return definition.create(optionsOf(definition, options), catalogue, numerics);
}

function optionsOf({ name, options: schema }: LearnerDefinition<unknown>, options: unknown = {}) {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    throw new SettingsError(`The options of learner "${name}" are not valid:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data as Record<string, unknown>;
}

function definitionOf(name: string, definitions: LearnerDefinitions): LearnerDefinition<unknown> {
  const definition = definitions.get(name);
  if (definition !== undefined) return definition;
  const names = [...definitions.keys()].join(', ');
  throw new SettingsError(`There is no learner "${name}". Choose one of ${names}${ownLearnerHint(name)}.`);
}

/** The learner of a file has its version in its name: see `tfjsLearner`. */
function ownLearnerHint(name: string): string {
  return name.includes('@') ? ', or load the file of that learner, in that version' : ' or a file';
}
