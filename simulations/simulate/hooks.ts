import type { Model } from '../../shared/model.ts';
import type { RoundLine } from '../runs/results.ts';

/** How far a piece of work is. */
export interface ProgressStep {
  readonly label: string;
  readonly done: number;
  /** 0 where nobody can know it. */
  readonly total: number;
  /** What stands behind the bar: a rate, say. */
  readonly detail?: string;
}

/** How a run talks to whoever started it. */
export interface SimulateHooks {
  /** Aborting it ends the run cleanly: what was trained so far is kept. */
  readonly signal: AbortSignal;
  progress(step: ProgressStep): void;
  /** Something that the person should know, and that stops nothing. */
  notice(sentence: string): void;
  /** A round is over: its line in `rounds.jsonl`, and the model after it. */
  round?(line: RoundLine, model: Model): void;
}
