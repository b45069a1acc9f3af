/**
 * The base of every error that Larder throws on purpose: a stable `code` that programs can match, and a message
 * whose last sentence says what to do.
 */
export abstract class LarderError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A setting is missing, unknown, out of range, or does not fit another one. */
export class SettingsError extends LarderError {
  readonly code = 'settings';
}

/** Bytes that should hold named tensors do not. */
export class ModelFormatError extends LarderError {
  readonly code = 'model_format';
}

/** Numbers stopped being finite, or left the range in which sums are exact. */
export class NumericalError extends LarderError {
  readonly code = 'numerical';
}
