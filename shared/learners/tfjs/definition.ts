import type * as tfjs from '@tensorflow/tfjs';
import type * as z from 'zod';
import type { Catalogue } from '../../catalogue.ts';
import type { History } from '../../history.ts';
import type { TrainingDefaults } from './options.ts';

/** The namespace of TensorFlow.js, as `import * as tf from '@tensorflow/tfjs'` gives it. Handed in, never imported. */
export type Tf = Omit<typeof tfjs, 'default'>;

export interface TfjsVariable {
  readonly shape: readonly number[];
  /** Standard deviation of the normal initial values; 0, the default, begins with zeros. */
  readonly deviation?: number;
}

/** Some of a device's purchases beside items that it has not bought: what a loss is computed from. */
export interface Batch {
  /** Catalogue indices [n, 1 + negatives], int32: in each row a bought item, then drawn ones that were not bought. */
  readonly items: tfjs.Tensor2D;
  /** The shape of `items`: 1 in the first column, 0 in the others. */
  readonly labels: tfjs.Tensor2D;
  /** [n]: where each row's bought item is in `history.items`, which are in the order of purchase. */
  readonly positions: Int32Array;
  /** Whole: a loss that predicts a purchase from the history leaves that purchase, or all from it on, out. */
  readonly history: History;
}

export type Variables<Name extends string> = Readonly<Record<Name, tfjs.Tensor>>;

/** A model for one catalogue, in terms of tfjs operations. Tensors that a function makes are disposed after it. */
export interface TfjsModel<Personal extends string, Global extends string> {
  /** What each device trains and keeps for itself. Begins with zeros: for another start, add a global variable. */
  readonly personal: Readonly<Record<Personal, Pick<TfjsVariable, 'shape'>>>;
  /** What all devices train together: the model that is sent, and whose changes are summed. */
  readonly global: Readonly<Record<Global, TfjsVariable>>;
  /** The mean loss of a batch's rows, a scalar. Every variable takes part in it. */
  loss(variables: Variables<Personal | Global>, batch: Batch): tfjs.Tensor;
  /** One score an item of the catalogue [items], higher is better, items already bought like any other. */
  scores(variables: Variables<Personal | Global>, history: History): tfjs.Tensor;
}

/** A learner of one's own: what a file for `--learner ./my-model.ts` exports by default. */
export interface TfjsDefinition<Options extends z.ZodRawShape = z.ZodRawShape> {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The model's own options, each a zod schema with a default. Those of training (`./options.ts`) come on top. */
  readonly options: Options;
  /** Options of training whose default does not suit this model. */
  readonly training?: Partial<TrainingDefaults>;
  create(tf: Tf, options: z.output<z.ZodObject<Options>>, catalogue: Catalogue): TfjsModel<string, string>;
}

/** Types a definition: the options that `create` gets follow from the schemas. */
export function defineTfjsLearner<Options extends z.ZodRawShape>(
  definition: TfjsDefinition<Options>,
): TfjsDefinition<Options> {
  return definition;
}

/** Types a model: the variables that `loss` and `scores` get follow from those declared. */
export function tfjsModel<Personal extends string, Global extends string>(
  model: TfjsModel<Personal, Global>,
): TfjsModel<Personal, Global> {
  return model;
}
