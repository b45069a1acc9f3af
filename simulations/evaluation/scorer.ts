/**
 * One score an item of the catalogue for a user, higher is better; items already bought are scored like any other.
 * The array belongs to the scorer, which may overwrite it at the next call.
 */
export type Scorer = (user: number) => Float32Array;
