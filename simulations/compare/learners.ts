import { type LearnerDefinitions, learnerDefinitions, learnerDefinitionsWith } from '../../shared/learners/index.ts';
import type { TfjsBackend } from '../learners/backend.ts';
import { chooseLearner, type LearnerFile } from '../learners/choose.ts';

/** What the learners of a comparison may be called, and by what name runs know them. */
export interface ComparedLearners {
  readonly definitions: LearnerDefinitions;
  /** By path: the learners of files. */
  readonly files: ReadonlyMap<string, { readonly name: string; readonly file: LearnerFile }>;
}

/** Those of a study, all that Larder has if it names none: what it calls them, and the names that runs know them by. */
export function comparedNames(
  called: readonly string[] | undefined,
  { definitions, files }: ComparedLearners,
): ReadonlyMap<string, string> {
  return new Map((called ?? [...definitions.keys()]).map(name => [name, files.get(name)?.name ?? name]));
}

export const builtInLearners: ComparedLearners = { definitions: learnerDefinitions, files: new Map() };

/**
 * The learners that Larder has, and those of the files among the given names.
 *
 * @throws SettingsError if a file holds no learner, two hold the same, or tfjs does not come up.
 */
export async function loadLearners(
  names: readonly string[],
  backend: TfjsBackend | undefined,
  notice: (sentence: string) => void,
): Promise<ComparedLearners> {
  const found = [];
  for (const learner of names) found.push({ learner, ...(await chooseLearner({ learner, backend }, notice)) });
  return {
    definitions: learnerDefinitionsWith(found.flatMap(({ definition }) => definition ?? [])),
    files: new Map(found.flatMap(({ learner, name, file }) => (file ? [[learner, { name, file }]] : []))),
  };
}
