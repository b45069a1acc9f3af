import { LarderError } from '../errors.ts';

/** An accountant has no sound bound for a mechanism under an adjacency. */
export class UnsupportedMechanismError extends LarderError {
  readonly code = 'unsupported_mechanism';
}
