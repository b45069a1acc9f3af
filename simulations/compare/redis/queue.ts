/** All keys begin with it; the queue of a code version is called as that version: other code never sees its jobs. */
export const PREFIX = 'larder';

/** Waits of the queue. Tests are not as patient. */
export interface QueueTimes {
  /** A job is given to another worker when its own has not been heard of for so long. */
  readonly lockMs: number;
  /** How often workers look for such jobs. */
  readonly stalledEveryMs: number;
  /** How often `compare` looks at what it waits for, beside being told. */
  readonly lookEveryMs: number;
  /** A job that a worker cannot do is offered again after so long. */
  readonly refusedForMs: number;
  /** How long Redis may be away. */
  readonly patienceMs: number;
}

export const QUEUE_TIMES: QueueTimes = Object.freeze({
  // BullMQ's own: a machine that sleeps or swaps for some seconds keeps its jobs.
  lockMs: 30_000,
  stalledEveryMs: 15_000,
  lookEveryMs: 5_000,
  refusedForMs: 5_000,
  patienceMs: 30 * 60_000,
});

/** Of the workers that did a job so many may die; then the job itself is suspected. */
export const DEATHS = 4;

/** A job that no worker there can do is offered so often: workers start one after another, and not at once. */
export const OFFERS = 12;

/** Results that nobody gathers are forgotten after a week. */
export const RESULT_SECONDS = 7 * 24 * 3600;

/** What was gathered stays until it surely is in the study's folder, and for studies that share the job. */
export const GATHERED_SECONDS = 600;

export function resultKey(code: string, id: string): string {
  return `${PREFIX}:${code}:result:${id}`;
}
