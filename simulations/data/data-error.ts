import { LarderError } from '../../shared/errors.ts';

/** A data set is unknown, missing, unreadable, or not what its name says. */
export class DataError extends LarderError {
  readonly code = 'data';
}
