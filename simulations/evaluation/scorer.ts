import type { History } from '../../shared/history.ts';

/**
 * One score an item of the catalogue for a user, higher is better; items already bought are scored like any other.
 * The array belongs to the scorer, which may overwrite it at the next call.
 */
export type Scorer = (user: number) => Float32Array;

/** The same for a user who has bought nothing but this, on a device that has kept nothing else. */
export type HistoryScorer = (user: number, history: History) => Float32Array;
