import * as z from 'zod';
import { SettingsError } from '../../errors.ts';
import type { TfjsDefinition, TfjsModel } from './definition.ts';
import { trainingShape } from './options.ts';

const functionSchema = z.custom<(...given: never[]) => unknown>(value => typeof value === 'function', 'no function');
const schemaSchema = z.custom<z.ZodType>(
  value => typeof (value as Partial<z.ZodType> | undefined)?.safeParse === 'function',
  'no zod schema',
);

const definitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens only'),
  options: z.record(z.string(), schemaSchema),
  training: z.strictObject(trainingShape).partial().optional(),
  create: functionSchema,
});

const modelSchema = z.strictObject({
  personal: z.record(z.string(), z.strictObject({ shape: z.array(z.int().positive()) })),
  global: z.record(
    z.string(),
    z.strictObject({ shape: z.array(z.int().positive()), deviation: z.number().nonnegative().optional() }),
  ),
  loss: functionSchema,
  scores: functionSchema,
});

/** @throws SettingsError with a line a mistake. */
export function checkDefinition(definition: unknown): TfjsDefinition {
  const parsed = definitionSchema.safeParse(definition);
  if (!parsed.success) {
    throw new SettingsError(
      `This is no learner; give what defineTfjsLearner({ name, options, create }) returns:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { name, options } = parsed.data;
  const taken = Object.keys(options).find(option => Object.hasOwn(trainingShape, option));
  if (taken !== undefined) {
    throw new SettingsError(`Training has an option "${taken}" already. Name that of learner "${name}" otherwise.`);
  }
  return definition as TfjsDefinition;
}

/** @throws SettingsError with a line a mistake. */
export function checkModel(learner: string, model: unknown): TfjsModel<string, string> {
  const parsed = modelSchema.safeParse(model);
  if (!parsed.success) {
    throw new SettingsError(`create of learner "${learner}" gives no model:\n${z.prettifyError(parsed.error)}`);
  }
  const twice = Object.keys(parsed.data.personal).find(name => Object.hasOwn(parsed.data.global, name));
  if (twice !== undefined) {
    throw new SettingsError(`Two variables of learner "${learner}" are named "${twice}". Give each its own name.`);
  }
  if (Object.keys(parsed.data.global).length === 0) {
    throw new SettingsError(`Learner "${learner}" has no global variable, so devices have nothing to learn together.`);
  }
  return model as TfjsModel<string, string>;
}
