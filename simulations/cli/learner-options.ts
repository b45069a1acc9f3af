import { Option } from 'commander';
import { TFJS_BACKENDS } from '../learners/backend.ts';

export const LEARNER_HELP =
  'what to learn: ease, gram, ials, mf, popularity, spectral, or a file with a learner of your own (./my-model.ts)';

export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    "what tfjs runs a file's learner on (default: the first that comes up)",
  ).choices([...TFJS_BACKENDS]);
}
