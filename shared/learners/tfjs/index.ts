/** All that a learner of one's own is written with: `larder/tfjs` in a project that installed Larder. */
export type { Tensor } from '@tensorflow/tfjs';
export * as z from 'zod';
export type { CatalogueItem } from '../../catalogue.ts';
export { Catalogue } from '../../catalogue.ts';
export type { History } from '../../history.ts';
export {
  type Batch,
  defineTfjsLearner,
  type Tf,
  type TfjsDefinition,
  type TfjsModel,
  type TfjsVariable,
  tfjsModel,
  type Variables,
} from './definition.ts';
export { tfjsLearner } from './learner.ts';
