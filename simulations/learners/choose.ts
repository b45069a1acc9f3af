import { type LearnerDefinitions, learnerDefinitions, learnerDefinitionsWith } from '../../shared/learners/index.ts';
import type { LearnerDefinition } from '../../shared/learners/learner.ts';
import { loadTfjs, type TfjsBackend } from './backend.ts';
import { loadLearnerFile } from './file.ts';

/** What `--learner` says: the name of a learner, or a file with one of the researcher's own. */
export interface LearnerChoice {
  readonly learner: string;
  /** Of a file only: what tfjs runs on; the best there is if left out. */
  readonly backend?: TfjsBackend | undefined;
}

export interface ChosenLearner {
  readonly name: string;
  /** All learners there are, with that of the file. */
  readonly learners: LearnerDefinitions;
  /** Undefined, like `file`, for a learner that Larder has. */
  readonly definition?: LearnerDefinition<unknown>;
  readonly file?: LearnerFile;
}

/** From where another process gets the same learner. */
export interface LearnerFile {
  readonly path: string;
  readonly backend: TfjsBackend;
}

/**
 * A name with a slash or a dot is a file.
 *
 * @throws SettingsError if the file holds no learner, or tfjs does not come up.
 */
export async function chooseLearner(
  { learner, backend: wanted }: LearnerChoice,
  notice: (sentence: string) => void,
): Promise<ChosenLearner> {
  if (!/[\\/.]/.test(learner)) return { name: learner, learners: learnerDefinitions };
  const { tf, backend } = await loadTfjs(wanted && [wanted]);
  const definition = await loadLearnerFile(learner, tf);
  const { name } = definition;
  notice(`learner ${name} of ${learner}, on the ${backend} backend of tfjs`);
  return { name, learners: learnerDefinitionsWith([definition]), definition, file: { path: learner, backend } };
}
